import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { novaLite, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';
import { askClaude, askConverse, askNative, distinct } from '#test/fixtures/bedrock-routes.ts';
import { gptOss, modelError, sonnet46 } from '#test/fixtures/model-requests.ts';
import {
  again,
  answerOf,
  claudeHistory,
  history,
  question,
  reasoning,
} from '#test/fixtures/reasoning-requests.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

describe('signatures', () => {
  test('reasoning of the model itself is taken back, and an altered one is not, on every route', async () => {
    const [first, ...rest] = await answerOf(bedrock);
    const { text = '', signature = '' } = first?.reasoningContent?.reasoningText ?? {};
    expect(
      distinct(await askConverse(bedrock, history(reasoning(text, signature), ...rest))),
    ).toEqual(['200']);
    const altered = [
      reasoning(`${text} And more.`, signature),
      reasoning(text, `${signature.slice(0, -6)}AAAAA=`),
      reasoning(text, 'invented'),
    ];
    for (const block of altered) {
      expect(distinct(await askConverse(bedrock, history(block, { text: 'Hi' })))).toEqual([
        `400 ${modelError}messages.1.content.0: Invalid \`signature\` in \`thinking\` block`,
      ]);
    }
    const native = (signed: string): object =>
      claudeHistory(
        { type: 'thinking', thinking: text, signature: signed },
        { type: 'text', text: 'Hi' },
      );
    expect(distinct(await askClaude(bedrock, { ...native(signature) }))).toEqual(['200']);
    expect(distinct(await askClaude(bedrock, { ...native('') }))).toEqual([
      '400 messages.1.content.0: Invalid `signature` in `thinking` block',
    ]);
  });

  test('reasoning without a signature is refused, also without thinking', async () => {
    const unsigned = history(reasoning('hm'), { text: 'Hi' });
    const required = 'messages.1.content.0.thinking.signature: Field required';
    expect(distinct(await askConverse(bedrock, { ...unsigned }))).toEqual([
      `400 ${modelError}${required}`,
    ]);
    expect(
      distinct(
        await askConverse(bedrock, { ...unsigned, additionalModelRequestFields: {} }, sonnet46),
      ),
    ).toEqual([`400 ${modelError}${required}`]);
    expect(
      distinct(await askConverse(bedrock, history(reasoning('hm', ''), { text: 'Hi' }))),
    ).toEqual([`400 ${modelError}${required}`]);
    const native = claudeHistory(
      { type: 'thinking', thinking: 'hm' },
      { type: 'text', text: 'Hi' },
    );
    expect(distinct(await askClaude(bedrock, { ...native }))).toEqual([`400 ${required}`]);
  });

  test('a signature of AWS is taken, and hidden reasoning only in its form', async () => {
    const encrypted = Buffer.concat([Buffer.from([0x12, 0xaa, 0x01]), Buffer.alloc(170, 7)]);
    const signed = reasoning('hm', encrypted.toString('base64'));
    expect(distinct(await askConverse(bedrock, history(signed, { text: 'Hi' })))).toEqual(['200']);
    const hidden = (data: string): object => ({
      reasoningContent: { redactedContent: Buffer.from(data).toString('base64') },
    });
    const text = encrypted.toString('base64');
    expect(distinct(await askConverse(bedrock, history(hidden(text), { text: 'Hi' })))).toEqual([
      '200',
    ]);
    const invalid = 'messages.1.content.0: Invalid `data` in `redacted_thinking` block';
    expect(distinct(await askConverse(bedrock, history(hidden('hidden'), { text: 'Hi' })))).toEqual(
      [`400 ${modelError}${invalid}`],
    );
    const native = claudeHistory(
      { type: 'redacted_thinking', data: 'hidden' },
      { type: 'text', text: 'Hi' },
    );
    expect(distinct(await askClaude(bedrock, { ...native }))).toEqual([`400 ${invalid}`]);
  });

  test.each([[gptOss], ['minimax.minimax-m2'], ['deepseek.r1-v1:0']])(
    'the reasoning of %s has no signature, whole or streamed',
    async (id) => {
      const model = id.startsWith('deepseek') ? `us.${id}` : id;
      const [block] = await answerOf(bedrock, { modelId: model });
      expect(Object.keys(block?.reasoningContent?.reasoningText ?? {})).toEqual(['text']);
      const events = await bedrock.stream({ modelId: model });
      const deltas = events.flatMap(
        ({ contentBlockDelta }) => contentBlockDelta?.delta?.reasoningContent ?? [],
      );
      expect(deltas.some(({ text }) => text !== undefined)).toBe(true);
      expect(deltas.every(({ signature }) => signature === undefined)).toBe(true);
    },
  );

  test('streamed reasoning still ends where the text begins in formats that mark its end', async () => {
    const path = '/openai/v1/chat/completions';
    const messages = [{ role: 'user', content: 'Hello' }];
    const text = await (await bedrock.post(path, { model: gptOss, stream: true, messages })).text();
    expect(text.match(/<reasoning>/gu)).toHaveLength(1);
    expect(text.match(/<\/reasoning>/gu)).toHaveLength(1);
  });
});

describe('models that take less', () => {
  test.each([
    [gptOss],
    ['qwen.qwen3-32b-v1:0'],
    ['moonshotai.kimi-k2.5'],
    [novaLite],
    ['zai.glm-5'],
  ])('a signature is refused by %s', async (model) => {
    const body = {
      messages: [
        question,
        { role: 'assistant', content: [reasoning('hm', 'abc='), { text: 'Hi' }] },
        again,
      ],
    };
    expect(distinct(await askConverse(bedrock, body, model))).toEqual([
      "400 This model doesn't support the reasoningContent.reasoningText.signature field. Remove " +
        'reasoningContent.reasoningText.signature and try again.',
    ]);
  });

  test.each([[novaLite], ['us.deepseek.r1-v1:0'], ['us.meta.llama3-3-70b-instruct-v1:0']])(
    '%s takes no reasoning back',
    async (model) => {
      const body = {
        messages: [
          question,
          { role: 'assistant', content: [reasoning('hm'), { text: 'Hi' }] },
          again,
        ],
      };
      expect(distinct(await askConverse(bedrock, body, model))).toEqual([
        '400 User messages cannot contain reasoning content. Please remove the reasoning content and try again.',
      ]);
    },
  );

  test('Nova has its own words in its own format, and gpt-oss takes its reasoning back', async () => {
    const body = {
      messages: [
        question,
        { role: 'assistant', content: [{ text: 'Hi' }, reasoning('hm')] },
        again,
      ],
    };
    expect(distinct(await askNative(bedrock, body, novaLite))).toEqual([
      '400 Malformed input request: #/messages/1/content/1: extraneous key [reasoningContent] is not permitted, please reformat your input and try again.',
    ]);
    expect(distinct(await askConverse(bedrock, body, gptOss))).toEqual(['200']);
  });
});
