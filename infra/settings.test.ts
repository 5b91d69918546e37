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

const read = (context: Readonly<Record<string, string>>): unknown =>
  readSettings(new App({ context }).node);

test.each<readonly [Readonly<Record<string, string>>, string]>([
  [{ models: 'gpt-4' }, 'models: must be ids of Bedrock models or inference profiles'],
  [{ invokeModels: 'amazon.nova-lite-v1:0,x' }, 'invokeModels: must be ids of Bedrock models'],
  [{ langchainModel: 'foo' }, 'langchainModel: must be ids of Bedrock models'],
  [{ langchainRegion: 'mars' }, 'langchainRegion: must be a Region like eu-west-1'],
  [{ fallbacks: 'x' }, 'fallbacks: must be chains like a>b of models in the setting models'],
  [{ fallbacks: 'amazon.nova-lite-v1:0' }, 'fallbacks: must be chains like a>b'],
  [{ documentModel: 'meta.llama3-8b-instruct-v1:0' }, 'documentModel: must be a Claude or Nova'],
  [{ maxOutputTokens: '1e9' }, 'maxOutputTokens: must be a whole number above 0'],
  [{ maxHistoryTokens: '-1' }, 'maxHistoryTokens: must be a whole number above 0'],
  [{ titles: 'none' }, 'titles: must be model or words'],
  [{ effort: 'most' }, 'effort: must be low, medium, high, xhigh or max'],
  [{ thinking: 'yes' }, 'thinking: must be true or false'],
  [{ serviceTier: 'default,cheap' }, 'serviceTier: must be default, flex, priority or reserved'],
  [{ promptCache: '1d' }, 'promptCache: must be 5m or 1h'],
  [{ guardrail: 'abcdef123456' }, 'guardrail: must be the id and the version of a guardrail'],
  [{ guardrail: 'arn:aws:bedrock:x:1:guardrail/a:1' }, 'guardrail: must be the id and the version'],
  [{ guardrail: 'a1:1', langchainRegion: 'eu-west-1' }, 'guardrail: cannot be set together with'],
  [{ usdPerDay: '2.5' }, 'usdPerDay: must be a whole number above 0'],
  [{ knowledgeBases: 'foo=bar' }, 'knowledgeBases: foo must be the id of a knowledge base'],
  [{ knowledgeOwnerAttribute: 'x' }, 'knowledgeOwnerAttribute: has an effect only with knowledge'],
  [{ agents: 'a=b' }, 'agents: a must be the ARN of an AgentCore runtime'],
  [{ mcpServers: 'a=http://x.example.com' }, 'mcpServers: a must be an https URL'],
  [{ mcpServers: 'https://x.example.com' }, 'mcpServers: must be a list like name=address'],
  [{ otlpEndpoint: 'collector' }, 'otlpEndpoint: must be the http or https URL'],
  [{ otlpEndpoint: 'https://c.example.com/v1/traces' }, 'without /v1/traces'],
  [{ traceRatio: '0.5' }, 'traceRatio: has an effect only with otlpEndpoint'],
  [{ oidcAudience: 'x' }, 'oidcIssuer: must be set together with'],
  [{ oidcJwksUrl: 'https://id.example.org/keys' }, 'oidcIssuer: must be set together with'],
  [{ oidcIssuer: 'https://i.example.com' }, 'oidcAudience: must be set together with oidcIssuer'],
  [{ alarmEmail: 'nobody' }, 'alarmEmail: must be an email address'],
  [{ guests: 'yes' }, 'guests: must be true or false'],
  [{ taskRetrySeconds: '40000' }, 'taskRetrySeconds: must be at most 35000 seconds each'],
  [{ memroy: '1024' }, 'memroy: there is no such setting'],
])('%j stops the synthesis with the name of the setting', (context, message) => {
  expect(() => read(context)).toThrow(message);
});

test('values of the right form are accepted, and the context of tools is not a setting', () => {
  const context = {
    models: 'eu.anthropic.claude-haiku-4-5-20251001-v1:0,openai.gpt-oss-20b-1:0',
    fallbacks: 'openai.gpt-oss-20b-1:0>eu.anthropic.claude-haiku-4-5-20251001-v1:0',
    langchainRegion: 'us-gov-west-1',
    titles: 'words',
    knowledgeBases: 'faq=ABCDEFGH12,other=1234567890',
    agents:
      'core=arn:aws:bedrock-agentcore:eu-west-1:123456789012:runtime/helper-1,classic=AGENT12345/TSTALIASID',
    mcpServers: 'maps=https://maps.example.com/mcp',
    secretLastUpdated: '1',
    'aws:cdk:enable-path-metadata': 'true',
    '@aws-cdk/core:some-flag': 'true',
  };
  expect(read(context)).toMatchObject({ fallbacks: context.fallbacks, titles: 'words' });
});
