import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { installedCfnLint } from '#test/fixtures/cfn-lint.ts';
import { allOptions, stackWith, synthesize } from '#test/fixtures/synthesized.ts';

/** Returns what cdk-nag finds and the code does not explain, with the constructs at fault. */
function unexplained(stack: Stack): readonly string[] {
  return new AwsSolutionsChecks()
    .validateScope(stack)
    .violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );
}

test.each([
  ['default settings', {}],
  ['all options', allOptions],
])('cdk-nag finds nothing with %s that the code does not explain', (_, context) => {
  expect(unexplained(stackWith(context))).toEqual([]);
});

test('cdk-nag finds what the code does not explain', () => {
  const stack = stackWith();
  new Bucket(stack, 'Extra');
  expect(unexplained(stack)).toContain('AwsSolutions-S1 Streambed/Extra/Resource');
});

// With all options, the template has every resource of the default one.
test.each(installedCfnLint())('cfn-lint finds nothing', { timeout: 180_000 }, async (lint) => {
  const file = join(mkdtempSync(join(tmpdir(), 'streambed-')), 'template.json');
  writeFileSync(file, JSON.stringify(synthesize(allOptions).toJSON()));
  expect(await lint(file)).toEqual([]);
});
