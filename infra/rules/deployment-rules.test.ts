import { expect, test } from 'vitest';
import { deploymentRules } from '#infra/rules/deployment-rules.ts';
import {
  hashServerlessSources,
  readCdkTemplate,
  readSamTemplate,
  readServerlessSnapshot,
  synthesizeAmplifyStack,
} from '#test/fixtures/deployed-templates.ts';

const rules = Object.entries(deploymentRules);

const templates = {
  CDK: readCdkTemplate(),
  'SAM, as the local host reads it': readSamTemplate(),
  'the Serverless Framework, as it was packaged last': readServerlessSnapshot(),
  'Amplify, in an app of CDK': synthesizeAmplifyStack(),
};

test.each(Object.entries(templates))('the template of %s keeps every rule', (_, template) => {
  expect(rules.flatMap(([, rule]) => rule(template))).toEqual([]);
});

test('a template without anything to check breaks every rule', () => {
  const silent = rules.filter(([, rule]) => rule({ Resources: {} }).length === 0);
  expect(silent.map(([name]) => name)).toEqual([]);
});

test('the packaged template is that of the present serverless.yml', () => {
  // To package it again: npx vitest run -u test/long
  expect(readServerlessSnapshot().hashOfSources).toBe(hashServerlessSources());
});

test('the examples store what the CDK stack stores, in the same way', () => {
  const [cdk, ...others] = Object.values(templates).map(storesOf);
  expect(others).toEqual([cdk, cdk, cdk]);
});

/** The table and the bucket of conversations, without the unique parts of CDK's names. */
function storesOf({ Resources }: ReturnType<typeof readCdkTemplate>): unknown {
  return Object.entries(Resources)
    .filter(([id]) => /^(?:Conversations|Answers)(?:[0-9A-F]{8})?$/u.test(id))
    .map(([, { Type, Properties = {} }]) => {
      // Pages upload files by routes that the other examples do not have.
      const { CorsConfiguration: _, ...properties } = Properties;
      return [Type, properties];
    });
}
