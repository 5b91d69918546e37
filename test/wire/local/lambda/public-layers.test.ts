import { expect, test } from 'vitest';
import { hostTemplate } from '#test/fixtures/host-template.ts';
import { invoke } from '#test/fixtures/project.ts';

test('layers that are published come from the project, or are skipped with their wrappers', async () => {
  await using system = await hostTemplate('sam-public-layers/template.yaml');
  expect(await invoke(system, 'local-Validate')).toBe(false);
  expect(await invoke(system, 'local-ValidateToo')).toBe(false);
  expect(await invoke(system, 'local-Traced')).toBe('not traced');
  expect(system.state.notices).toEqual([
    'Traced: layer arn:aws:lambda:us-east-1:615299751070:layer:AWSOpenTelemetryDistroJs:8 is not in the template and is skipped',
  ]);
});
