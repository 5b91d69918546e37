import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JournalEntry } from '#local/bedrock/server/journal.ts';
import { haiku, novaLite, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

const account = 'arn:aws:bedrock:us-east-1:123456789012';
const applicationProfile = `${account}:application-inference-profile/a1b2c3d4e5f6`;

let bedrock: RunningBedrock;
let lenient: RunningBedrock;
const entries: JournalEntry[] = [];

beforeAll(async () => {
  const models = { [applicationProfile]: haiku, 'my.model-v1:0': 'us.anthropic.claude-opus-4-8' };
  bedrock = await startBedrock({ models, onRequest: (entry) => entries.push(entry) });
  lenient = await startBedrock({ unknownModels: 'family' });
});

afterAll(() => Promise.all([bedrock.close(), lenient.close()]));

test.each([
  `${account}:inference-profile/${haiku}`,
  'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
  'arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/amazon.nova-lite-v1:0',
  applicationProfile,
  'my.model-v1:0',
  'us.my.model-v1:0',
])('%s answers', async (modelId) => {
  expect(await bedrock.ask({ modelId })).toMatchObject({ stopReason: 'end_turn' });
});

const unknown = {
  name: 'ValidationException',
  message: 'The provided model identifier is invalid.',
};

test.each([
  ['a misspelled id', 'amazon.nova-light-v1:0', novaLite],
  ['a misspelled profile', 'us.anthropic.claude-haiku-4-5-2025101-v1:0', haiku],
  ['a profile that does not exist', 'xx.anthropic.claude-haiku-4-5-20251001-v1:0', haiku],
  ['an ARN', 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite', novaLite],
])('%s is refused, and the terminal gets the nearest id', async (_, modelId, nearest) => {
  await expect(bedrock.ask({ modelId })).rejects.toMatchObject(unknown);
  const { hint } = entries.at(-1) ?? {};
  expect(hint).toContain(`The nearest known id is ${nearest}.`);
  expect(hint).toContain('--unknown-models family');
});

test('an application inference profile that no setting maps is refused with a hint', async () => {
  const modelId = `${account}:application-inference-profile/zzzzzzzzzzzz`;
  await expect(bedrock.ask({ modelId })).rejects.toMatchObject(unknown);
  expect(entries.at(-1)?.hint).toContain('can map it to a model');
});

test('a foundation model of which only profiles can be called is refused by its ARN too', async () => {
  const modelId = `arn:aws:bedrock:us-east-1::foundation-model/${haiku.replace('us.', '')}`;
  await expect(bedrock.ask({ modelId })).rejects.toMatchObject({
    message: expect.stringContaining('on-demand throughput isn’t supported'),
  });
});

test('short ids are for the APIs of OpenAI and Anthropic', async () => {
  const modelId = 'anthropic.claude-haiku-4-5';
  await expect(bedrock.ask({ modelId })).rejects.toMatchObject(unknown);
  const messages = [{ role: 'user', content: 'Hello' }];
  const body = { model: modelId, max_tokens: 100, messages };
  expect((await bedrock.post('/anthropic/v1/messages', body)).status).toBe(200);
  expect((await bedrock.post('/openai/v1/chat/completions', body)).status).toBe(200);
});

test.each(['amazon.nova-9-ultra-v1:0', 'us.anthropic.claude-opus-9', 'openai.gpt-99'])(
  'with unknown models as their family, %s answers',
  async (modelId) => {
    expect(await lenient.ask({ modelId })).toMatchObject({ stopReason: 'end_turn' });
  },
);

test('with unknown models as their family, the rules are those of the family', async () => {
  const nova = lenient.ask({
    modelId: 'amazon.nova-9-ultra-v1:0',
    outputConfig: {
      textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: '{}' } } },
    },
  });
  await expect(nova).rejects.toThrow(
    "This model doesn't support the outputConfig.textFormat field",
  );
  const claude = lenient.ask({
    modelId: 'anthropic.claude-opus-9',
    messages: [
      { role: 'user', content: [{ text: 'Hello' }] },
      { role: 'assistant', content: [{ text: 'He' }] },
    ],
  });
  await expect(claude).rejects.toThrow('does not support assistant message prefill');
});

test('with unknown models as their family, a provider that is unknown is refused', async () => {
  await expect(lenient.ask({ modelId: 'acme.model-1' })).rejects.toMatchObject(unknown);
});
