import { expect, test } from 'vitest';
import {
  openStreamedResponse,
  type StreamingEndpoint,
  type StreamedResponse,
} from '#local/lambda/invoke/streamed-response.ts';

const mark = 'application/vnd.awslambda.http-integration-response';
const plain = 'application/octet-stream';
const nuls = '\0'.repeat(8);

async function* chunksOf(chunks: readonly string[]): AsyncGenerator<Buffer, void, undefined> {
  for (const chunk of chunks) yield Buffer.from(chunk, 'latin1');
}

function open(
  chunks: readonly string[],
  contentType: string,
  endpoint: StreamingEndpoint,
): Promise<StreamedResponse> {
  return openStreamedResponse({ type: 'streaming', contentType, body: chunksOf(chunks) }, endpoint);
}

async function read(
  chunks: readonly string[],
  contentType = plain,
  endpoint: StreamingEndpoint = 'api-gateway',
): Promise<object> {
  const { head, body } = await open(chunks, contentType, endpoint);
  const bytes = await Array.fromAsync(body);
  return { ...head, body: Buffer.concat(bytes).toString('latin1') };
}

const headText = '{"statusCode":201,"headers":{"X-Own":"\\u00e9"}}';
const whole = `${headText}${nuls}\0bo\0dy`;
const expected = { status: 201, headers: { 'x-own': ['é'] }, body: '\0bo\0dy' };

test('a REST API reads the head by its format, wherever the bytes are cut', async () => {
  const cuts = [...whole.split(''), ''].map((_, at) => [whole.slice(0, at), whole.slice(at)]);
  const results = await Promise.all(cuts.map((chunks) => read(chunks)));
  expect(results).toEqual(cuts.map(() => expected));
  expect(await read(whole.split(''))).toEqual(expected);
  expect(await read([whole], mark)).toEqual(expected);
  expect(await read([whole], 'text/event-stream; charset=utf-8')).toEqual(expected);
});

test.each<[string, string, object]>([
  ['an empty object', '{}', { status: 200, headers: {} }],
  ['a status only', '{"statusCode":204}', { status: 204, headers: {} }],
  ['a status as text', '{"statusCode":"404"}', { status: 404, headers: {} }],
  ['spaces around it', ' \n{"statusCode":202} ', { status: 202, headers: {} }],
  ['unknown members', '{"statusCode":200,"body":"x","own":1}', { status: 200, headers: {} }],
  [
    'headers that are not texts',
    '{"headers":{"a":1,"b":true}}',
    { status: 200, headers: { a: ['1'], b: ['true'] } },
  ],
  [
    'cookies beside a header for them',
    '{"headers":{"Set-Cookie":"a=1"},"cookies":["b=2","c=3"]}',
    { status: 200, headers: { 'set-cookie': ['a=1', 'b=2', 'c=3'] } },
  ],
  [
    'headers in both forms, which are merged',
    '{"headers":{"X":"1","Y":"2"},"multiValueHeaders":{"x":["2","3"],"y":["2"]}}',
    { status: 200, headers: { x: ['1', '2', '3'], y: ['2'] } },
  ],
])('a head may have %s', async (_, head, result) => {
  expect(await read([head, nuls, 'x'])).toEqual({ ...result, body: 'x' });
});

const padded = (length: number): string => `{"own":"${'x'.repeat(length - 10)}"}`;

test('the head and its delimiter may have 16 KB together behind a REST API', async () => {
  const largest = padded(16_384 - 8);
  expect(await read([`${largest}${nuls}x`])).toMatchObject({ status: 200, body: 'x' });
  expect(await read([...`${largest}${nuls}`.split(''), 'x'])).toMatchObject({
    status: 200,
    body: 'x',
  });
  await expect(read([`${padded(16_384 - 7)}${nuls}x`])).rejects.toThrow('too large');
  await expect(read(['x'.repeat(20_000), nuls])).rejects.toThrow('too large');
  const large = [`${padded(60_000)}${nuls}x`];
  expect(await read(large, mark, 'function-url')).toMatchObject({ status: 200, body: 'x' });
});

const malformed: readonly [string, readonly string[]][] = [
  ['nothing', []],
  ['no delimiter', ['{"statusCode":200}', 'body']],
  ['a delimiter that is too short', [`{"statusCode":200}${nuls.slice(1)}body`]],
  ['a delimiter only', [nuls]],
  ['JSON that is cut', [`{"statusCode":200${nuls}`]],
  ['no JSON', [`hello${nuls}world`]],
  ['a list', [`[]${nuls}`]],
  ['a text', [`"x"${nuls}`]],
  ['null', [`null${nuls}`]],
  ['an impossible status', [`{"statusCode":99}${nuls}`]],
  ['a status that is no number', [`{"statusCode":"ok"}${nuls}`]],
  ['an impossible header', [`{"headers":{"a b":"c"}}${nuls}`]],
  ['an impossible value', [`{"headers":{"a":"b\\nc"}}${nuls}`]],
];

test.each(malformed)('a REST API refuses %s', async (_, chunks) => {
  await expect(read(chunks)).rejects.toThrow();
});

test.each(malformed.slice(1))('a Function URL refuses %s if it is marked', async (_, chunks) => {
  await expect(read(chunks, mark, 'function-url')).rejects.toThrow();
});

test('a Function URL reads a head only where the content type says that there is one', async () => {
  const headers = { 'content-type': [plain] };
  expect(await read([whole], plain, 'function-url')).toEqual({ status: 200, headers, body: whole });
  expect(await read([whole], mark, 'function-url')).toEqual(expected);
});

test('a marked stream without a byte is a 200 without the head on a Function URL', async () => {
  const headers = { 'content-type': [plain] };
  expect(await read([], mark, 'function-url')).toEqual({ status: 200, headers, body: '' });
  expect(await read([''], mark, 'function-url')).toEqual({ status: 200, headers, body: '' });
});
