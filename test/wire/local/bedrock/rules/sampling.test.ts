import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haiku, novaLite } from '#test/fixtures/bedrock.ts';
import {
  accepted,
  fable5,
  fields,
  modelError,
  opus47,
  opus48,
  opus5,
  sonnet46,
  startModelRequests,
  type ModelRequests,
} from '#test/fixtures/model-requests.ts';

let requests: ModelRequests;

beforeAll(async () => {
  requests = await startModelRequests();
});

afterAll(() => requests.bedrock.close());

describe('sampling', () => {
  const words = (name: string): string => `\`${name}\` is deprecated for this model.`;

  test.each([
    [
      'Converse',
      () => requests.converse(opus47, { inferenceConfig: { temperature: 0.5 } }),
      modelError,
    ],
    [
      'ConverseStream',
      () => requests.converse(opus5, { inferenceConfig: { temperature: 0 } }, 'converse-stream'),
      modelError,
    ],
    [
      'additional fields',
      () => requests.converse(fable5, fields({ temperature: 0.2 })),
      modelError,
    ],
    ['InvokeModel', () => requests.invoke(opus48, { temperature: 0 }), ''],
    [
      'InvokeModelWithResponseStream',
      () => requests.invoke(opus48, { temperature: 0 }, 'invoke-with-response-stream'),
      '',
    ],
    ['Messages', () => requests.messages(opus47, { temperature: 0.1 }), ''],
    ['chat completions', () => requests.chat(opus47, { temperature: 0.1 }), ''],
  ])('a deprecated temperature is refused by %s', async (_, ask, prefix) => {
    expect(await ask()).toEqual({ status: 400, message: `${prefix}${words('temperature')}` });
  });

  test.each([
    ['top_p', () => requests.converse(opus47, { inferenceConfig: { topP: 1 } })],
    ['top_k', () => requests.converse(opus47, fields({ top_k: 0 }))],
    [
      'temperature',
      () => requests.converse(opus47, { inferenceConfig: { temperature: 0, topP: 0.5 } }),
    ],
  ])('%s is refused even with its default', async (name, ask) => {
    expect(await ask()).toEqual({ status: 400, message: `${modelError}${words(name)}` });
  });

  test.each([
    [
      'a temperature of 1',
      () => requests.converse(opus48, { inferenceConfig: { temperature: 1 } }),
    ],
    ['null', () => requests.invoke(opus48, { temperature: null, top_k: null })],
    [
      'an older model',
      () => requests.converse(sonnet46, { inferenceConfig: { temperature: 0.5 } }),
    ],
    [
      'another family',
      () => requests.converse(novaLite, { inferenceConfig: { temperature: 0.5, topP: 1 } }),
    ],
  ])('%s is accepted', async (_, ask) => {
    expect(await ask()).toEqual(accepted);
  });

  test.each([
    [
      'Converse',
      () => requests.converse(haiku, { inferenceConfig: { temperature: 0.5, topP: 0.5 } }),
    ],
    [
      'fields',
      () =>
        requests.converse(haiku, {
          inferenceConfig: { temperature: 0.5 },
          ...fields({ top_p: 0.5 }),
        }),
    ],
    ['InvokeModel', () => requests.invoke(haiku, { temperature: 0.5, top_p: 0.5 })],
    ['Messages', () => requests.messages(haiku, { temperature: 0.5, top_p: 0.5 })],
  ])('temperature and top_p together are refused by %s', async (_, ask) => {
    expect((await ask()).message).toContain('`temperature` and `top_p` cannot both be specified');
  });
});
