import { expect, test } from 'vitest';
import { deploymentRules } from '#infra/rules/deployment-rules.ts';
import { readCdkTemplate, readSamTemplate } from '#test/fixtures/deployed-templates.ts';

const rules = Object.entries(deploymentRules);

test.each([
  ['CDK', readCdkTemplate()],
  ['SAM, as the local host reads it', readSamTemplate()],
])('the template of %s keeps every rule', (_, template) => {
  expect(rules.flatMap(([, rule]) => rule(template))).toEqual([]);
});

test('a template without anything to check breaks every rule', () => {
  const silent = rules.filter(([, rule]) => rule({ Resources: {} }).length === 0);
  expect(silent.map(([name]) => name)).toEqual([]);
});
