import { ConverseStreamCommand, type ConverseStreamOutput } from '@aws-sdk/client-bedrock-runtime';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { model, nearlyValid, request, words } from '#test/fixtures/arbitrary-requests.ts';
import { haiku, novaLite, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock({ servesEndedModels: true });
});

afterAll(() => bedrock.close());

test('every valid request gets a valid stream', { timeout: 60_000 }, async () => {
  const client = bedrock.http2();
  await fc.assert(
    fc.asyncProperty(model, request, async (modelId, input) => {
      const command = new ConverseStreamCommand({ modelId, ...input });
      const { stream } = await client.send(command);
      checkStream(await Array.fromAsync(stream ?? []));
    }),
    { numRuns: 300 },
  );
});

/** One start, one stop, usage last; blocks one after another; complete tool inputs. */
function checkStream(events: readonly ConverseStreamOutput[]): void {
  const kinds = events.map((event) => Object.keys(event)[0]);
  const [last, beforeLast] = [kinds.at(-1), kinds.at(-2)];
  expect([kinds[0], beforeLast, last]).toEqual(['messageStart', 'messageStop', 'metadata']);
  const inside = events.slice(1, -2);
  const stops = inside.flatMap(({ contentBlockStop }) => contentBlockStop?.contentBlockIndex ?? []);
  expect(stops).toEqual(stops.map((_, index) => index));
  // Blocks come one after another, and each ends with its stop.
  const owners = inside.map(indexOf);
  expect(owners).toEqual(owners.toSorted((a, b) => a - b));
  expect(
    inside.filter(
      (event, at) => owners[at + 1] !== owners[at] && event.contentBlockStop === undefined,
    ),
  ).toEqual([]);
  const isCut = events.at(-2)?.messageStop?.stopReason === 'max_tokens';
  for (const json of isCut ? [] : toolInputs(events)) expect(JSON.parse(json)).toBeTypeOf('object');
  const { inputTokens = 0, outputTokens = 0, totalTokens } = events.at(-1)?.metadata?.usage ?? {};
  expect(totalTokens).toBe(inputTokens + outputTokens);
}

function indexOf(event: ConverseStreamOutput): number {
  const { contentBlockStart, contentBlockDelta, contentBlockStop } = event;
  return (contentBlockStart ?? contentBlockDelta ?? contentBlockStop)?.contentBlockIndex ?? -1;
}

function toolInputs(events: readonly ConverseStreamOutput[]): readonly string[] {
  const inputs = new Map<number, string>();
  for (const event of events) {
    const index = indexOf(event);
    if (event.contentBlockStart?.start?.toolUse !== undefined) inputs.set(index, '');
    const input = event.contentBlockDelta?.delta?.toolUse?.input;
    if (input !== undefined) inputs.set(index, `${inputs.get(index)}${input}`);
  }
  return [...inputs.values()];
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
  '/v1/embeddings',
  '/anthropic/v1/messages',
  '/v1/messages/count_tokens',
  '/guardrail/abc/version/1/apply',
  '/knowledgebases/LOCALKB001/retrieve',
  '/retrieveAndGenerate',
  '/agents/AGENT12345/agentAliases/TSTALIASID/sessions/abc/text',
];

/** Expects a response or a typed AWS error: no 5xx status and no hang. */
async function checkAnswer(path: string, body: string): Promise<void> {
  const response = await bedrock.post(path, body);
  const text = await response.text();
  const seen = `${path} ${body.slice(0, 300)}: ${response.status} ${text.slice(0, 200)}`;
  expect(response.status, seen).toBeLessThan(500);
  if (response.status === 200) return;
  expect(response.headers.get('x-amzn-errortype'), seen).toMatch(/^\w+(?:Exception|Error):http/u);
  expect(text, seen).toContain('message');
}

test(
  'a request with one invalid value gets a response or a typed error',
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

test('any JSON on any route gets a response or a typed error', { timeout: 60_000 }, async () => {
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

test('any model ID and any path gets a response or a typed error', async () => {
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

test(
  'clients read whole frames when the stream is split at any byte',
  { timeout: 60_000 },
  async () => {
    const clients = [bedrock.http1(), bedrock.http2()];
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 400 }),
        words,
        fc.nat(1),
        async (bytes, text, which) => {
          const off = bedrock.on({
            stream: [{ fragment: bytes }, { text }, { text: '絵文字👩‍👩‍👧も' }],
          });
          const messages = [{ role: 'user' as const, content: [{ text: 'Hi' }] }];
          const client = clients[which] ?? bedrock.http1();
          const { stream } = await client.send(
            new ConverseStreamCommand({ modelId: haiku, messages }),
          );
          const events = await Array.fromAsync(stream ?? []);
          off();
          checkStream(events);
          const received = events
            .map(({ contentBlockDelta }) => contentBlockDelta?.delta?.text ?? '')
            .join('');
          expect(received).toBe(`${text}絵文字👩‍👩‍👧も`);
        },
      ),
      { numRuns: 60 },
    );
  },
);
