import { BedrockEmbeddings, ChatBedrockConverse } from '@langchain/aws';
import {
  AIMessageChunk,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
  type ContentBlock,
  type UsageMetadata,
} from '@langchain/core/messages';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { pngBytes } from '#test/fixtures/attached-files.ts';
import {
  credentials,
  haiku,
  novaLite,
  startBedrock,
  type RunningBedrock,
} from '#test/fixtures/bedrock.ts';
import { bridge, person, rules, weather } from '#test/fixtures/client-work.ts';

/** LangChain, with only the variable of the endpoint set. */

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
  vi.stubEnv('AWS_ENDPOINT_URL_BEDROCK_RUNTIME', bedrock.url);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await bedrock.close();
});

const config = { region: 'us-east-1', credentials };

type Options = ConstructorParameters<typeof ChatBedrockConverse>[0];

function chat(options: Options = {}): ChatBedrockConverse {
  return new ChatBedrockConverse({ model: haiku, ...config, ...options });
}

const getWeather = {
  toolSpec: {
    name: weather.name,
    description: weather.description,
    inputSchema: { json: weather.parameters },
  },
};

/** A model with a tool, and how it is asked: for a whole message, or for chunks that are joined. */
type Ask = (
  model: Pick<ChatBedrockConverse, 'invoke' | 'stream'>,
  messages: BaseMessage[],
) => Promise<AIMessageChunk>;

const whole: Ask = (model, messages) => model.invoke(messages);

const streamed: Ask = async (model, messages) => {
  let joined: AIMessageChunk | undefined;
  for await (const chunk of await model.stream(messages)) joined = joined?.concat(chunk) ?? chunk;
  return joined ?? new AIMessageChunk('');
};

const ways = { whole, streamed };
/** Returns the usage of a message. Its own type says that there is none. */
function usageOf({ usage_metadata }: AIMessageChunk): UsageMetadata {
  return usage_metadata ?? { input_tokens: 0, output_tokens: 0, total_tokens: 0 };
}

const hello = [new HumanMessage('Hello')];

test.each([haiku, novaLite])('text of %s, whole and streamed', async (model) => {
  const message = await whole(chat({ model }), hello);
  expect(message.text).toContain('Simulated answer');
  const joined = await streamed(chat({ model }), hello);
  expect(joined.text).toBe(message.text);
  expect(usageOf(joined)).toMatchObject(usageOf(message));
});

test.each(Object.entries(ways))('a loop of tool calls with reasoning, %s', async (_, ask) => {
  const thinking = { type: 'enabled', budget_tokens: 1_024 };
  const model = chat({ maxTokens: 4_000, additionalModelRequestFields: { thinking } });
  const messages: BaseMessage[] = [new HumanMessage(weather.question)];
  const withTools = model.bindTools([getWeather]);
  const call = await ask(withTools, messages);
  expect(call.contentBlocks[0]).toMatchObject({ type: 'reasoning' });
  const [{ name, args, id = '' } = { name: '', args: {} }] = call.tool_calls ?? [];
  expect([name, args]).toEqual([weather.name, { city: 'Kyoto' }]);
  messages.push(
    call,
    new ToolMessage({ content: weather.run({ city: 'Kyoto' }), tool_call_id: id }),
  );
  expect((await ask(withTools, messages)).text).toContain('sunny in Kyoto');
});

test.each([haiku, novaLite])('an object of %s that follows a schema', async (model) => {
  const named = { name: person.name };
  const structured = chat({ model, supportsToolChoiceValues: ['tool'] });
  const withSchema = structured.withStructuredOutput(person.schema, named);
  expect(await withSchema.invoke(person.question)).toEqual(person.value);
});

test('without that setting LangChain does not force every model, and there may be no object', async () => {
  const withSchema = chat({ model: novaLite }).withStructuredOutput(person.schema, {
    name: person.name,
  });
  await expect(withSchema.invoke(person.question)).rejects.toThrow('No tool calls found');
});

const ask = (...content: ContentBlock[]): BaseMessage[] => [
  new HumanMessage({ content: [...content, { type: 'text', text: bridge.question }] }),
];

const source = { text: bridge.text };

function bridgeDocument(more: object = {}): ContentBlock {
  return { type: 'document', document: { name: 'bridge', format: 'txt', source, ...more } };
}

test('images and documents', async () => {
  const data = Buffer.from(pngBytes).toString('base64');
  const url = `data:image/png;base64,${data}`;
  for (const image of [
    { type: 'image_url', image_url: { url } },
    { type: 'image', source_type: 'base64', mime_type: 'image/png', data },
  ]) {
    expect((await chat().invoke(ask(image, bridgeDocument()))).text).toContain('1932');
  }
  // LangChain takes the first half of `image/png` for the format.
  const named = { type: 'image', source_type: 'url', mime_type: 'image/png', url };
  await expect(chat().invoke(ask(named))).rejects.toThrow("Value 'image'");
});

test('citations reach a reader of whole messages, and not one of a stream', async () => {
  const messages = ask(bridgeDocument({ citations: { enabled: true } }));
  const cited = {
    type: 'citations_content',
    citationsContent: { citations: [{ title: 'bridge' }] },
  };
  const { content } = await chat().invoke(messages);
  expect(content).toMatchObject([{ type: 'text' }, cited]);
  await expect(streamed(chat(), messages)).rejects.toThrow('Unsupported content block type(s)');
  // The option `disableStreaming` has no effect, and the property has.
  const unstreamed = Object.assign(chat(), { disableStreaming: true });
  expect((await streamed(unstreamed, messages)).content).toEqual(content);
  const optional = streamed(chat({ disableStreaming: true }), messages);
  await expect(optional).rejects.toThrow('Unsupported content block type(s)');
  const events = await Array.fromAsync(chat().streamEvents(messages));
  expect(JSON.stringify(events)).toContain('1932');
  expect(JSON.stringify(events)).not.toContain('documentChar');
});

test('a cached prompt, whose tokens are counted as input too', async () => {
  const cachePoint = { type: 'cache_point', cachePoint: { type: 'default' } };
  const system = new SystemMessage({ content: [{ type: 'text', text: rules }, cachePoint] });
  const first = usageOf(await whole(chat(), [system, ...hello]));
  const written = first.input_token_details?.cache_creation ?? 0;
  const second = usageOf(await streamed(chat(), [system, ...hello]));
  expect(written).toBeGreaterThan(4_096);
  expect(second).toMatchObject({
    input_tokens: written + 5,
    input_token_details: { cache_read: written },
  });
});

test('embeddings in the format of Titan only', async () => {
  const embed = (model: string): Promise<number[]> =>
    new BedrockEmbeddings({ model, ...config, maxRetries: 0 }).embedQuery('Hello');
  expect(await embed('amazon.titan-embed-text-v2:0')).toHaveLength(1_024);
  // LangChain prints the error, too.
  const print = vi.spyOn(console, 'error').mockReturnValue();
  await expect(embed('cohere.embed-english-v3')).rejects.toThrow('required key [texts] not found');
  print.mockRestore();
});

test('a large integer of a tool is a BigInt in a whole message, and loses its digits in a stream', async () => {
  const json = { type: 'object', properties: { order: { type: 'integer' } } };
  const model = chat().bindTools([{ toolSpec: { name: 'track', inputSchema: { json } } }]);
  const messages = [new HumanMessage('Use track for order 12345678901234567890')];
  const inputs = await Promise.all([whole, streamed].map((way) => way(model, messages)));
  expect(inputs.map(({ tool_calls }) => tool_calls?.[0]?.args['order'])).toEqual([
    12345678901234567890n,
    12345678901234567000,
  ]);
});
