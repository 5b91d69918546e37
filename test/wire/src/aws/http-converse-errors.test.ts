import { once } from 'node:events';
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  converseOutcome,
  ownConverse,
  sdkConverse,
  simpleRequest,
  startConverseServer,
  type Answer,
  type ConverseOutcome,
  type ConverseServer,
} from '#test/fixtures/converse-clients.ts';
import { listen } from '#local/process/listen.ts';
import { frames } from '#test/fixtures/upstream-bedrock.ts';

/*
 * The judge is the AWS SDK: both clients fail in the same way.
 */

let server: ConverseServer;

beforeAll(async () => {
  server = await startConverseServer();
});
afterAll(() => server.close());

async function bothOutcomes(
  next: Answer,
): Promise<readonly [own: ConverseOutcome, sdk: ConverseOutcome]> {
  server.answer(next);
  return [
    await converseOutcome(ownConverse(server.endpoint)),
    await converseOutcome(sdkConverse(server.endpoint)),
  ];
}

const types = {
  400: 'ValidationException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  408: 'ModelTimeoutException',
  424: 'ModelErrorException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
  503: 'ServiceUnavailableException',
} as const;
const bodies = {
  'a message': '{"message":"No."}',
  'a message with a capital': '{"Message":"No."}',
  'more members': '{"message":"No.","originalStatusCode":500,"resourceName":"m","extra":[1]}',
  'its type': '{"message":"No.","__type":"com.amazon#UnrecognizedClientException"}',
  'its code': '{"message":"No.","code":"SomethingNew:http://x"}',
  'no members': '{}',
  'no body': '',
  'a page': '<html>Bad gateway</html>',
} as const;

test.each(Object.keys(types).map(Number))(
  'status %i is the same error as in the SDK',
  async (status) => {
    const type = Object.entries(types).find(([key]) => Number(key) === status)?.[1] ?? '';
    const places: readonly Readonly<Record<string, string>>[] = [
      { 'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/com.amazon.bedrock/` },
      { 'X-Amzn-ErrorType': type },
      { 'x-amzn-errortype': 'com.amazon.coral#SomethingNewException,x' },
      {},
    ];
    for (const headers of places) {
      for (const [name, body] of Object.entries(bodies)) {
        const [own, sdk] = await bothOutcomes({ status, headers, body });
        expect([headers, name, own]).toEqual([headers, name, sdk]);
        expect(own.error).toBeDefined();
      }
    }
  },
);

const begun = Buffer.concat([frames.messageStart, frames.delta('Hel')]);

test.each<[string, Answer]>([
  ['an answer without frames', {}],
  ['an answer of another type', { headers: { 'content-type': 'text/plain' }, body: begun }],
  ['a redirection', { status: 307, headers: { location: '/elsewhere' } }],
  ['a connection that breaks before the response', { fault: 'reset before' }],
  ['a connection that breaks within the answer', { fault: 'reset within', body: begun }],
  ['a connection that breaks within an error', { fault: 'reset within', status: 400, body: '{"m' }],
  ['silence', { fault: 'silent' }],
])('%s has the same outcome as in the SDK', async (_, next) => {
  const [own, sdk] = await bothOutcomes(next);
  expect(own).toEqual(sdk);
});

test('a page in place of the stream is an error', async () => {
  server.answer({ headers: { 'content-type': 'text/html' }, body: '<html>No Bedrock here</html>' });
  expect(await converseOutcome(ownConverse(server.endpoint))).toMatchObject({
    text: '',
    error: { name: 'Error' },
  });
});

test('a port at which no server listens is the same error as in the SDK', async () => {
  const unused = createServer();
  const port = await listen(unused, { port: 0, option: 'none' });
  unused.close();
  await once(unused, 'close');
  const own = await converseOutcome(ownConverse(`http://127.0.0.1:${port}`));
  expect(own).toEqual(await converseOutcome(sdkConverse(`http://127.0.0.1:${port}`)));
  expect(own.error).toMatchObject({ code: 'ECONNREFUSED' });
});

test.each(['own', 'sdk'])('the client %s is aborted before the response', async (kind) => {
  server.answer({ fault: 'silent' });
  const controller = new AbortController();
  const client = kind === 'own' ? ownConverse(server.endpoint) : sdkConverse(server.endpoint);
  const reading = converseOutcome(client, simpleRequest, controller.signal);
  await expect.poll(() => server.received.length).toBe(1);
  controller.abort();
  expect((await reading).error).toMatchObject({ name: 'AbortError' });
});
