import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  type InvokeCommandInput,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LocalSystem } from '#local/host/host.ts';
import { functionWithUrl, hostResources } from '#test/fixtures/template.ts';

let system: LocalSystem;
let client: LambdaClient;

beforeAll(async () => {
  const handlers = ['echo', 'plain', 'throws', 'streamed', 'throwsMidway', 'exits'];
  const functions = handlers.map((handler) => functionWithUrl(handler, { handler }));
  system = await hostResources(Object.assign({}, ...functions));
  const { credentials, endpoints, region } = system.state;
  client = new LambdaClient({ endpoint: endpoints.aws, region, credentials, maxAttempts: 1 });
});

afterAll(() => system.close());

const nameOf = (logicalId: string): string => system.state.functions[logicalId]?.name ?? '';

test('a function can be invoked by name, by name and qualifier, or by ARN', async () => {
  const name = nameOf('plain');
  const arn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
  for (const FunctionName of [name, `${name}:$LATEST`, arn]) {
    const { ExecutedVersion, FunctionError, Payload, StatusCode } = await client.send(
      new InvokeCommand({ FunctionName, Payload: '{"a":1}' }),
    );
    expect([StatusCode, ExecutedVersion, FunctionError]).toEqual([200, '$LATEST', undefined]);
    expect(JSON.parse(Payload?.transformToString() ?? '')).toEqual({ hello: 'world' });
  }
});

test.each(['throws', 'exits'])(
  'the function “%s” fails with status 200 and FunctionError Unhandled',
  async (logicalId) => {
    const { FunctionError, Payload, StatusCode } = await client.send(
      new InvokeCommand({ FunctionName: nameOf(logicalId) }),
    );
    expect([StatusCode, FunctionError]).toEqual([200, 'Unhandled']);
    expect(JSON.parse(Payload?.transformToString() ?? '')).toHaveProperty('errorType');
  },
);

async function streamed(
  logicalId: string,
): Promise<{ bytes: Buffer; error: string | undefined; isComplete: boolean }> {
  const command = new InvokeWithResponseStreamCommand({
    FunctionName: nameOf(logicalId),
    Payload: '{}',
  });
  const { EventStream } = await client.send(command);
  const events = await Array.fromAsync(EventStream ?? []);
  const last = events.at(-1)?.InvokeComplete;
  const chunks = events.map(({ PayloadChunk }) => PayloadChunk?.Payload ?? new Uint8Array());
  return { bytes: Buffer.concat(chunks), error: last?.ErrorCode, isComplete: last !== undefined };
}

test('a response stream has prelude and body and ends with InvokeComplete', async () => {
  const { bytes, error, isComplete } = await streamed('streamed');
  expect([error, isComplete]).toEqual([undefined, true]);
  expect(bytes.indexOf(Buffer.alloc(8))).toBeGreaterThan(0);
  const plain = await streamed('plain');
  expect(plain.bytes.toString('utf8')).toBe('{"hello":"world"}');
});

test('the last event of a stream that is cut off has the error', async () => {
  const { bytes, error } = await streamed('throwsMidway');
  expect(bytes.length).toBeGreaterThan(0);
  expect(error).toBe('Unhandled');
});

test.each<[string, Partial<InvokeCommandInput>, string, number]>([
  ['a missing function', { FunctionName: 'missing' }, 'ResourceNotFoundException', 404],
  ['a payload that is not JSON', { Payload: '{broken' }, 'InvalidRequestContentException', 400],
  [
    'a payload that is too large',
    { Payload: JSON.stringify('a'.repeat(6_291_456)) },
    'RequestTooLargeException',
    413,
  ],
])('%s fails with the error of Lambda', async (_, change, name, httpStatusCode) => {
  const response = client.send(new InvokeCommand({ FunctionName: nameOf('plain'), ...change }));
  await expect(response).rejects.toMatchObject({ name, $metadata: { httpStatusCode } });
});

test('a dry run returns 204 and a wrong signature is refused', async () => {
  const FunctionName = nameOf('plain');
  const dry = await client.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' }));
  expect(dry.StatusCode).toBe(204);
  const { credentials, endpoints, region } = system.state;
  const wrong = { ...credentials, secretAccessKey: 'wrong' };
  const other = new LambdaClient({
    endpoint: endpoints.aws,
    region,
    credentials: wrong,
    maxAttempts: 1,
  });
  await expect(other.send(new InvokeCommand({ FunctionName }))).rejects.toMatchObject({
    name: 'InvalidSignatureException',
  });
});
