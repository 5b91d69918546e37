import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { haiku, novaLite, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';
import { askClaude, askConverse, askNative, distinct } from '#test/fixtures/bedrock-routes.ts';
import { modelError } from '#test/fixtures/model-requests.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

type Ttl = '5m' | '1h';

const point = (ttl?: Ttl): object => ({
  cachePoint: { type: 'default', ...(ttl === undefined ? {} : { ttl }) },
});
const text = (words: string): object => ({ text: words });
const tool = { toolSpec: { name: 'look', inputSchema: { json: { type: 'object' } } } };

interface Points {
  readonly tools?: readonly object[];
  readonly system?: readonly object[];
  readonly messages?: readonly object[];
}

/** A request with points behind its tool, its system prompt and its message. */
const request = ({ tools = [], system = [], messages = [] }: Points): Record<string, unknown> => ({
  toolConfig: { tools: [tool, ...tools] },
  system: [text('Be kind.'), ...system],
  messages: [{ role: 'user', content: [text('Hello there'), ...messages] }],
});

const order = (path: string): string =>
  `${path}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' ` +
  'cache_control block. Note that blocks are processed in the following order: `tools`, `system`, `messages`.';

describe('the order of lifetimes', () => {
  test.each<[string, Points, string]>([
    [
      'messages behind system',
      { system: [point()], messages: [point('1h')] },
      'messages.0.content.0',
    ],
    [
      'messages behind tools',
      { tools: [point('5m')], messages: [point('1h')] },
      'messages.0.content.0',
    ],
    ['system behind tools', { tools: [point()], system: [point('1h')] }, 'system.0'],
    [
      'one message',
      { messages: [point('5m'), text('and'), text('more'), point('1h')] },
      'messages.0.content.2',
    ],
  ])('an hour behind five minutes is refused: %s', async (_, points, path) => {
    expect(distinct(await askConverse(bedrock, request(points)))).toEqual([
      `400 ${modelError}${order(path)}`,
    ]);
  });

  test('the longer first, or all the same, is taken', async () => {
    for (const points of [
      { tools: [point('1h')], system: [point('1h')], messages: [point()] },
      { tools: [point('1h')], system: [point('5m')], messages: [point('5m')] },
      { messages: [point('1h')] },
    ]) {
      expect(distinct(await askConverse(bedrock, request(points)))).toEqual(['200']);
    }
  });

  test('the routes of Anthropic have the same rule', async () => {
    const ephemeral = (ttl?: Ttl): object => ({
      cache_control: { type: 'ephemeral', ...(ttl === undefined ? {} : { ttl }) },
    });
    const body = (first: object, second: object, third: object): Record<string, unknown> => ({
      tools: [{ name: 'look', input_schema: { type: 'object' }, ...first }],
      system: [{ type: 'text', text: 'Be kind.', ...second }],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello there', ...third }] }],
    });
    expect(distinct(await askClaude(bedrock, body({}, ephemeral(), ephemeral('1h'))))).toEqual([
      `400 ${order('messages.0.content.0')}`,
    ]);
    expect(distinct(await askClaude(bedrock, body(ephemeral(), ephemeral('1h'), {})))).toEqual([
      `400 ${order('system.0')}`,
    ]);
    expect(distinct(await askClaude(bedrock, body(ephemeral('1h'), {}, ephemeral())))).toEqual([
      '200',
    ]);
  });
});

describe('four points', () => {
  const five = [1, 2, 3, 4, 5];
  const tooMany = 'A maximum of 4 blocks with cache_control may be provided. Found 5.';

  test('a fifth is refused on every route, also inside the result of a tool', async () => {
    const messages = five.flatMap((number) => [text(`part ${number}`), point()]);
    const converse = request({
      messages: messages.slice(0, 4),
      system: [point()],
      tools: [point(), point()],
    });
    expect(distinct(await askConverse(bedrock, converse))).toEqual([`400 ${modelError}${tooMany}`]);
    const cache_control = { type: 'ephemeral' };
    const parts = five.map((number) => ({ type: 'text', text: `part ${number}`, cache_control }));
    expect(
      distinct(await askClaude(bedrock, { messages: [{ role: 'user', content: parts }] })),
    ).toEqual([`400 ${tooMany}`]);
    const nested = {
      tools: [{ name: 'look', input_schema: { type: 'object' }, cache_control }],
      messages: [
        { role: 'user', content: parts.slice(0, 3) },
        { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'look', input: {} }] },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 't', content: parts.slice(0, 1) }],
        },
      ],
    };
    expect(distinct(await askClaude(bedrock, nested))).toEqual([`400 ${tooMany}`]);
  });

  test('four are taken, and Nova takes four as well', async () => {
    const messages = five.slice(1).flatMap((number) => [text(`part ${number}`), point()]);
    expect(distinct(await askConverse(bedrock, request({ messages })))).toEqual(['200']);
    expect(distinct(await askConverse(bedrock, request({ messages }), novaLite))).toEqual(['200']);
    const [more] = await askConverse(bedrock, request({ messages, system: [point()] }), novaLite);
    expect(more?.status).toBe(400);
  });
});

test('an empty text caches nothing on the routes of Anthropic', async () => {
  const cache_control = { type: 'ephemeral' };
  const content = [
    { type: 'text', text: 'Hello', cache_control },
    { type: 'text', text: '', cache_control },
  ];
  expect(distinct(await askClaude(bedrock, { messages: [{ role: 'user', content }] }))).toEqual([
    '400 messages.0.content.1.text: cache_control cannot be set for empty text blocks',
  ]);
});

describe('places', () => {
  const extraneous = (place: string): string =>
    `Malformed input request: ${place}: extraneous key [cachePoint] is not permitted, please reformat ` +
    'your input and try again.';

  test('Nova takes none among tools, on Converse and in its own format', async () => {
    const body = request({ tools: [point()] });
    expect(distinct(await askConverse(bedrock, body, novaLite))).toEqual([
      `400 ${modelError}${extraneous('#/toolConfig/tools/0')}`,
    ]);
    expect(distinct(await askNative(bedrock, body, novaLite))).toEqual([
      `400 ${extraneous('#/toolConfig/tools/0')}`,
    ]);
    expect(distinct(await askConverse(bedrock, request({ system: [point()] }), novaLite))).toEqual([
      '200',
    ]);
  });

  test('Nova takes none directly behind the result of a tool, and Claude does', async () => {
    const messages = [
      { role: 'user', content: [text('Hello there')] },
      { role: 'assistant', content: [{ toolUse: { toolUseId: 't', name: 'look', input: {} } }] },
      {
        role: 'user',
        content: [{ toolResult: { toolUseId: 't', content: [text('ok')] } }, point()],
      },
    ];
    const body = { toolConfig: { tools: [tool] }, messages };
    const model = 'us.amazon.nova-2-lite-v1:0';
    expect(distinct(await askConverse(bedrock, body, model))).toEqual([
      `400 ${modelError}${extraneous('#/messages/2/content/0')}`,
    ]);
    expect(distinct(await askConverse(bedrock, body))).toEqual(['200']);
  });

  test('an hour is refused by Nova, and by a Claude model that keeps five minutes', async () => {
    expect(
      distinct(await askConverse(bedrock, request({ messages: [point('1h')] }), novaLite)),
    ).toEqual(['400 Extended TTL prompt caching is only supported for Anthropic models']);
    const opus41 = 'us.anthropic.claude-opus-4-1-20250805-v1:0';
    expect(distinct(await askConverse(bedrock, request({ tools: [point('1h')] }), opus41))).toEqual(
      [
        `400 ${modelError}tools.0.custom.cache_control.ephemeral.ttl: Extra inputs are not permitted`,
      ],
    );
    expect(
      distinct(await askConverse(bedrock, request({ messages: [point('1h')] }), opus41)),
    ).toEqual([
      `400 ${modelError}messages.0.content.0.text.cache_control.ephemeral.ttl: Extra inputs are not permitted`,
    ]);
  });

  test('a model without caching denies access', async () => {
    for (const model of ['us.deepseek.r1-v1:0', 'mistral.mistral-large-3-675b-instruct']) {
      const body = { messages: [{ role: 'user', content: [text('Hello'), point()] }] };
      const answers = await askConverse(bedrock, body, model);
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
      expect(answers[0]?.message).toContain('You invoked an unsupported model');
    }
  });

  test.each<[string, Record<string, unknown>]>([
    ['a message', { messages: [{ role: 'user', content: [point(), text('Hello')] }] }],
    ['the system prompt', { ...request({}), system: [point(), text('Be kind.')] }],
    ['the tools', { ...request({}), toolConfig: { tools: [point(), tool] } }],
  ])('a point at the start of %s has nothing to cache', async (_, body) => {
    expect(distinct(await askConverse(bedrock, body))).toEqual([
      '400 There is nothing available to cache. Please remove the invalid cache point and try again.',
    ]);
  });

  test('a point behind reasoning is refused, and behind the text after it taken', async () => {
    const { output } = await bedrock.ask({
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1_024 } },
    });
    const [reasoning = {}, answer = {}] = output?.message?.content ?? [];
    const history = (content: readonly object[]): Record<string, unknown> => ({
      messages: [
        { role: 'user', content: [text('Hello')] },
        { role: 'assistant', content },
        { role: 'user', content: [text('Once more')] },
      ],
    });
    expect(distinct(await askConverse(bedrock, history([reasoning, point(), answer])))).toEqual([
      '400 Cache point cannot be inserted after reasoning block. Please remove the invalid cache point and try again.',
    ]);
    expect(distinct(await askConverse(bedrock, history([reasoning, answer, point()])))).toEqual([
      '200',
    ]);
  });

  test('a point behind a document that is no PDF is refused by Claude, and before it taken', async () => {
    const document = {
      document: { name: 'notes', format: 'md', source: { bytes: 'aGVsbG8=' } },
    };
    const asked = (...content: readonly object[]): Record<string, unknown> => ({
      messages: [{ role: 'user', content: [text('Sum up'), ...content] }],
    });
    expect(distinct(await askConverse(bedrock, asked(document, point()), haiku))).toEqual([
      `400 ${modelError}messages.0.content.3.type: Field required`,
    ]);
    for (const body of [asked(point(), document), asked(document, text('please'), point())]) {
      expect(distinct(await askConverse(bedrock, body))).toEqual(['200']);
    }
  });
});
