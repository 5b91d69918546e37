import {
  ConverseStreamCommand,
  type ConverseStreamOutput,
  type ToolInputSchema,
} from '@aws-sdk/client-bedrock-runtime';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { haiku, novaLite, startBedrock, type RunningBedrock } from '../fixtures/bedrock.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock({ servesEndedModels: true });
});

afterAll(() => bedrock.close());

type Json = ToolInputSchema.JsonMember['json'];

const words = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }),
    fc.constantFrom(
      'Hello',
      'こんにちは',
      'Write 50 words about tea',
      'Get the weather in Oslo for 3 days',
      'What is 12 * 7?',
      '要約してください：今日は雨です。明日は晴れです。',
    ),
  )
  .filter((text) => text.trim() !== '');

const schema = fc.letrec<{ schema: Json }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 2 },
    fc.constantFrom<Json>(
      { type: 'string' },
      { type: 'integer', minimum: 2, maximum: 9 },
      { type: 'number' },
      { type: 'boolean' },
      { enum: ['a', 'b'] },
      { type: 'string', format: 'date' },
      { type: ['string', 'null'] },
    ),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.record({
      type: fc.constant('object'),
      properties: fc.dictionary(fc.constantFrom('city', 'days', 'query'), tie('schema')),
    }),
  ),
})).schema;

const tool = fc.record({
  toolSpec: fc.record({
    name: fc.constantFrom('get_weather', 'search', 'send_email'),
    description: fc.constantFrom('Gives the weather', 'Searches for a query'),
    inputSchema: fc.record({
      json: fc.record({
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom('city', 'days', 'query'), schema),
      }),
    }),
  }),
});

const toolConfig = fc.record(
  {
    tools: fc.uniqueArray(tool, {
      minLength: 1,
      maxLength: 3,
      selector: ({ toolSpec }) => toolSpec.name,
    }),
    toolChoice: fc.constantFrom({ auto: {} }, { any: {} }),
  },
  { requiredKeys: ['tools'] },
);

/** Requests that Bedrock would take: a conversation of any length that ends with the user. */
const request = fc.record(
  {
    messages: fc.array(words, { minLength: 1, maxLength: 7 }).map((texts) =>
      (texts.length % 2 === 1 ? texts : texts.slice(1)).map((text, index) => ({
        role: index % 2 === 0 ? ('user' as const) : ('assistant' as const),
        content: [{ text }],
      })),
    ),
    system: fc.array(fc.record({ text: words }), { maxLength: 2 }),
    inferenceConfig: fc.record(
      {
        maxTokens: fc.integer({ min: 1, max: 300 }),
        temperature: fc.double({ min: 0, max: 1, noNaN: true }),
        stopSequences: fc.array(fc.constantFrom('\n\n', '###', '。', 'the'), { maxLength: 2 }),
      },
      { requiredKeys: [] },
    ),
    toolConfig,
  },
  { requiredKeys: ['messages'] },
);

const model = fc.constantFrom(haiku, novaLite, 'qwen.qwen3-32b-v1:0', 'openai.gpt-oss-20b-1:0');

test('every valid request has a valid stream', { timeout: 60_000 }, async () => {
  const client = bedrock.http2();
  await fc.assert(
    fc.asyncProperty(model, request, async (modelId, asked) => {
      const command = new ConverseStreamCommand({ modelId, ...asked });
      const { stream } = await client.send(command);
      checkStream(await Array.fromAsync(stream ?? []));
    }),
    { numRuns: 300 },
  );
});

/** One start, one stop, usage last; blocks one after another; whole inputs for tools. */
function checkStream(events: readonly ConverseStreamOutput[]): void {
  const kinds = events.map((event) => Object.keys(event)[0]);
  expect([kinds[0], kinds.at(-2), kinds.at(-1)]).toEqual([
    'messageStart',
    'messageStop',
    'metadata',
  ]);
  const stopReason = events.at(-2)?.messageStop?.stopReason;
  let open: number | undefined;
  let next = 0;
  let input: string | undefined;
  for (const { contentBlockStart, contentBlockDelta, contentBlockStop } of events.slice(1, -2)) {
    const index = (contentBlockStart ?? contentBlockDelta ?? contentBlockStop)?.contentBlockIndex;
    if (open === undefined) {
      // A block is opened by its start, or by its first delta.
      expect(index).toBe(next);
      open = index;
      input = contentBlockStart?.start?.toolUse === undefined ? undefined : '';
    }
    expect(index).toBe(open);
    if (input !== undefined) input += contentBlockDelta?.delta?.toolUse?.input ?? '';
    if (contentBlockStop === undefined) continue;
    if (input !== undefined && stopReason !== 'max_tokens')
      expect(JSON.parse(input)).toBeTypeOf('object');
    open = undefined;
    next += 1;
  }
  expect(open).toBeUndefined();
  const { inputTokens = 0, outputTokens = 0, totalTokens } = events.at(-1)?.metadata?.usage ?? {};
  expect(totalTokens).toBe(inputTokens + outputTokens);
}

const paths = [
  ...['converse', 'converse-stream', 'count-tokens'].map(
    (operation) => `/model/${haiku}/${operation}`,
  ),
  ...[
    haiku,
    novaLite,
    'us.meta.llama3-3-70b-instruct-v1:0',
    'mistral.mistral-7b-instruct-v0:2',
    'amazon.titan-text-express-v1',
    'anthropic.claude-v2',
    'cohere.command-r-v1:0',
    'qwen.qwen3-32b-v1:0',
    'amazon.titan-embed-text-v2:0',
    'cohere.embed-v4:0',
  ].map((modelId) => `/model/${modelId}/invoke`),
  '/openai/v1/chat/completions',
  '/openai/v1/responses',
  '/anthropic/v1/messages',
  '/guardrail/abc/version/1/apply',
  '/knowledgebases/LOCALKB001/retrieve',
  '/retrieveAndGenerate',
  '/agents/AGENT12345/agentAliases/TSTALIASID/sessions/abc/text',
];

/** Answers, or refuses as AWS does; never a fault of its own, never a hang. */
async function checkAnswer(path: string, body: string): Promise<void> {
  const answer = await bedrock.post(path, body);
  const text = await answer.text();
  const seen = `${path} ${body.slice(0, 300)}: ${answer.status} ${text.slice(0, 200)}`;
  expect(answer.status, seen).toBeLessThan(500);
  if (answer.status === 200) return;
  expect(answer.headers.get('x-amzn-errortype'), seen).toMatch(/^\w+(?:Exception|Error):http/u);
  expect(text, seen).toContain('message');
}

/** A valid request in which one value somewhere is another. */
const nearlyValid = fc
  .tuple(request, fc.nat(), fc.jsonValue({ maxDepth: 2 }))
  .map(([asked, place, value]) => {
    const places: (readonly [object, string])[] = [];
    const copy: unknown = JSON.parse(JSON.stringify(asked));
    const visit = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [key, child] of Object.entries(node)) {
        places.push([node, key]);
        visit(child);
      }
    };
    visit(copy);
    const [node, key] = places[place % places.length] ?? [{}, ''];
    Object.assign(node, { [key]: value });
    return JSON.stringify(copy);
  });

test(
  'a request with one wrong value is answered or refused, by its type',
  { timeout: 60_000 },
  async () => {
    const operations = fc.constantFrom('converse', 'converse-stream');
    await fc.assert(
      fc.asyncProperty(model, operations, nearlyValid, (modelId, operation, body) =>
        checkAnswer(`/model/${modelId}/${operation}`, body),
      ),
      { numRuns: 500 },
    );
  },
);

test('any JSON at any door is answered or refused, by its type', { timeout: 60_000 }, async () => {
  const named = fc.constantFrom(
    'messages',
    'prompt',
    'inputText',
    'max_tokens',
    'model',
    'input',
    'tools',
    'content',
    'retrievalQuery',
    'texts',
    'stream',
    'system',
  );
  const shaped = fc.dictionary(
    named,
    fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      words,
      fc.array(fc.record({ role: fc.constant('user'), content: words })),
    ),
  );
  const body = fc.oneof(
    shaped.map((value) => JSON.stringify(value)),
    fc.json({ maxDepth: 3 }),
    fc.string(),
  );
  await fc.assert(fc.asyncProperty(fc.constantFrom(...paths), body, checkAnswer), { numRuns: 600 });
});

test('any model id and any path is answered or refused, by its type', async () => {
  const segment = fc.string({ unit: 'grapheme', maxLength: 30 }).map(encodeURIComponent);
  const broken = fc.constantFrom(
    '%',
    '%E0%A4%A',
    '..',
    '%2F%2F',
    'arn%3Aaws%3Abedrock%3A%3A%3Ainference-profile%2F',
  );
  const operation = fc.constantFrom(
    'converse',
    'converse-stream',
    'invoke',
    'count-tokens',
    'nothing',
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(segment, broken), operation, (id, name) =>
      checkAnswer(
        `/model/${id}/${name}`,
        '{"messages":[{"role":"user","content":[{"text":"a"}]}]}',
      ),
    ),
    { numRuns: 200 },
  );
});

test('frames are whole however they are cut', { timeout: 60_000 }, async () => {
  const clients = [bedrock.http1(), bedrock.http2()];
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 400 }),
      words,
      fc.nat(1),
      async (bytes, text, which) => {
        const off = bedrock.on({ stream: [{ fragment: bytes }, { text }, { text: '絵文字👩‍👩‍👧も' }] });
        const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }];
        const client = clients[which] ?? bedrock.http1();
        const { stream } = await client.send(
          new ConverseStreamCommand({ modelId: haiku, messages }),
        );
        const events = await Array.fromAsync(stream ?? []);
        off();
        checkStream(events);
        const said = events
          .map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '')
          .join('');
        expect(said).toBe(`${text}絵文字👩‍👩‍👧も`);
      },
    ),
    { numRuns: 60 },
  );
});
