import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { expect, test, vi } from 'vitest';
import { readSettings } from '#infra/settings.ts';
import { allOptions, type Context } from '#test/fixtures/synthesized.ts';

/** Returns the names of the settings that are read if these are given. */
function namesRead(context: Context): readonly string[] {
  const { node } = new App({ context });
  const read = vi.spyOn(node, 'tryGetContext');
  readSettings(node);
  return read.mock.calls.map(([name]) => name);
}

test('every setting has a row in the documentation, and the reverse', () => {
  const existing = { vpc: 'vpc-0123456789abcdef0', vpcSubnets: 'subnet-0123456789abcdef0' };
  const names = new Set([{}, allOptions, existing].flatMap(namesRead));
  const [, section = ''] = readFileSync('docs/deploy.md', 'utf8').split('\n## Settings\n');
  const [tables = ''] = section.split('\n## ');
  const rows = tables.split('\n').filter((line) => line.startsWith('| `'));
  const documented = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/gu)].map(([, name = '']) => name),
  );
  expect(new Set(documented)).toEqual(names);
});

test.each([{ oidcAudience: 'streambed' }, { oidcJwksUrl: 'https://id.example.org/keys' }])(
  'a part of a second issuer without the issuer is a mistake: %j',
  (context) => {
    expect(() => namesRead(context)).toThrow('oidcIssuer: must be set together with');
  },
);
