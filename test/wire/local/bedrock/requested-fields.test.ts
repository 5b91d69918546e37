import {
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  haiku,
  novaLite,
  startBedrock,
  user,
  type RunningBedrock,
} from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

test('Converse names the service tier and the latency that the request asked for', async () => {
  const asked = {
    serviceTier: { type: 'flex' as const },
    performanceConfig: { latency: 'optimized' as const },
  };
  expect(await bedrock.ask(asked)).toMatchObject(asked);
  const events = await bedrock.stream(asked);
  expect(events.at(-1)?.metadata).toMatchObject(asked);
  const plain = await bedrock.ask();
  expect(plain.serviceTier).toBeUndefined();
  expect(plain.performanceConfig).toBeUndefined();
});

test('InvokeModel names the service tier and the latency in its headers', async () => {
  const input = {
    modelId: haiku,
    body: JSON.stringify({
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 20,
      messages: [{ role: 'user', content: 'Hi' }],
    }),
    serviceTier: 'priority' as const,
    performanceConfigLatency: 'standard' as const,
  };
  const { serviceTier, performanceConfigLatency } = input;
  const asked = { serviceTier, performanceConfigLatency };
  expect(await bedrock.http1().send(new InvokeModelCommand(input))).toMatchObject(asked);
  const streamed = await bedrock.http1().send(new InvokeModelWithResponseStreamCommand(input));
  expect(streamed).toMatchObject(asked);
  await Array.fromAsync(streamed.body ?? []);
  const wrong = await bedrock.post(`/model/${haiku}/invoke`, input.body, {
    'x-amzn-bedrock-service-tier': 'cheap',
  });
  expect(wrong.status).toBe(400);
  expect(await wrong.text()).toContain(
    "Value 'cheap' at 'serviceTier' failed to satisfy constraint",
  );
});

test.each([
  [
    'Claude',
    haiku,
    ['/stop_sequence', '/id'],
    { stop_sequence: 'day', id: expect.stringMatching(/^msg_bdrk_/u) },
  ],
  [
    'Claude, deep',
    haiku,
    ['/usage/output_tokens', '/content/0/type'],
    { content: { 0: { type: 'text' } } },
  ],
  ['Nova', novaLite, ['/stopReason', '/nothing/here'], { stopReason: 'stop_sequence' }],
])(
  'the fields of the response of %s come whole and streamed',
  async (_, modelId, paths, expected) => {
    const change = {
      modelId,
      messages: [user('Say these words: yesterday was a fine day.')],
      additionalModelResponseFieldPaths: [...paths],
      inferenceConfig: { stopSequences: ['day'] },
    };
    const whole = await bedrock.ask(change);
    expect(whole.additionalModelResponseFields).toMatchObject(expected);
    const events = await bedrock.stream(change);
    const stop = events.find(({ messageStop }) => messageStop !== undefined)?.messageStop;
    expect(stop?.additionalModelResponseFields).toEqual(whole.additionalModelResponseFields);
  },
);

test('without a field in the response there is no member for them', async () => {
  const change = { additionalModelResponseFieldPaths: ['/nothing'] };
  expect(await bedrock.ask(change)).not.toHaveProperty('additionalModelResponseFields');
});

test.each([[''], ['stop_sequence'], ['/a~2b'], ['/a~']])(
  'the pointer "%s" is refused with 400',
  async (pointer) => {
    await expect(
      bedrock.ask({ additionalModelResponseFieldPaths: [pointer] }),
    ).rejects.toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } });
  },
);

test('more than ten pointers are refused', async () => {
  const additionalModelResponseFieldPaths = Array.from({ length: 11 }, (_, index) => `/a${index}`);
  await expect(bedrock.ask({ additionalModelResponseFieldPaths })).rejects.toThrow(
    "at 'additionalModelResponseFieldPaths' failed to satisfy constraint",
  );
});
