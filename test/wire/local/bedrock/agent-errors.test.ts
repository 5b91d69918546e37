import {
  BedrockAgentRuntimeClient,
  InvokeAgentCommand,
  type ResponseStream,
} from '@aws-sdk/client-bedrock-agent-runtime';
import {
  BedrockAgentCoreClient,
  InvokeAgentRuntimeCommand,
} from '@aws-sdk/client-bedrock-agentcore';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { credentials, startBedrock, type RunningBedrock } from '#test/fixtures/bedrock.ts';

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterAll(() => bedrock.close());

afterEach(async () => {
  await fetch(`${bedrock.url}/_streambed/scenarios`, { method: 'DELETE' });
});

const clientOptions = (): object => ({
  endpoint: bedrock.url,
  region: 'us-east-1',
  credentials,
  maxAttempts: 1,
});

async function invokeAgent(change: object = {}): Promise<readonly ResponseStream[]> {
  const client = new BedrockAgentRuntimeClient(clientOptions());
  const { completion } = await client.send(
    new InvokeAgentCommand({
      agentId: 'AGENT12345',
      agentAliasId: 'TSTALIASID',
      sessionId: 'session-1',
      inputText: 'Hello',
      ...change,
    }),
  );
  return Array.fromAsync(completion ?? []);
}

describe('InvokeAgent fails with the statuses of its own service model', () => {
  test.each([
    ['DependencyFailedException', 424, { resourceName: 'orders' }],
    ['BadGatewayException', 502, { resourceName: 'orders' }],
    ['ConflictException', 409, {}],
    ['ModelNotReadyException', 424, {}],
    ['InternalServerException', 500, { reason: 'no luck' }],
    ['ServiceQuotaExceededException', 400, {}],
    ['ThrottlingException', 429, {}],
  ])('%s is %i before the stream', async (type, httpStatusCode, members) => {
    bedrock.on({ fail: { type, message: 'No.', ...members } });
    await expect(invokeAgent()).rejects.toMatchObject({
      name: type,
      message: 'No.',
      ...members,
      $metadata: { httpStatusCode },
    });
  });

  test.each([
    ['dependencyFailedException', { resourceName: 'orders' }],
    ['badGatewayException', { resourceName: 'orders' }],
    ['conflictException', {}],
    ['modelNotReadyException', {}],
    ['internalServerException', { reason: 'no luck' }],
  ])('%s has its members within the stream', async (type, members) => {
    bedrock.on({ stream: [{ text: 'a' }, { exception: { type, message: 'No.', ...members } }] });
    const streamingConfigurations = { streamFinalResponse: true };
    await expect(invokeAgent({ streamingConfigurations })).rejects.toMatchObject({
      name: `${type.charAt(0).toUpperCase()}${type.slice(1)}`,
      message: 'No.',
      ...members,
    });
  });

  test('an exception before the first event has the status, too', async () => {
    bedrock.on({ stream: [{ exception: { type: 'badGatewayException', message: 'No.' } }] });
    await expect(invokeAgent()).rejects.toMatchObject({
      name: 'BadGatewayException',
      $metadata: { httpStatusCode: 502 },
    });
  });

  test('a status in the scenario is the one that is sent', async () => {
    bedrock.on({ fail: { type: 'ConflictException', status: 400 } });
    await expect(invokeAgent()).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
  });
});

describe('AgentCore fails with the statuses of its own service model', () => {
  test.each([
    ['RuntimeClientError', 424, {}],
    ['ServiceQuotaExceededException', 402, {}],
    ['RetryableConflictException', 409, {}],
    ['ConflictException', 409, {}],
    ['ThrottlingException', 429, {}],
    ['ValidationException', 400, { reason: 'FieldValidationFailed' }],
  ])('%s is %i', async (type, httpStatusCode, members) => {
    bedrock.on({ fail: { type, message: 'No.', ...members } });
    const client = new BedrockAgentCoreClient(clientOptions());
    const command = new InvokeAgentRuntimeCommand({
      agentRuntimeArn: 'arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/agent-abc123',
      payload: Buffer.from('{"prompt":"Hello"}'),
    });
    await expect(client.send(command)).rejects.toMatchObject({
      name: type,
      message: 'No.',
      ...members,
      $metadata: { httpStatusCode },
    });
  });
});

test('the runtime of models has other statuses for the same types', async () => {
  bedrock.on({ fail: { type: 'ModelErrorException', resourceName: 'm', originalStatusCode: 500 } });
  await expect(bedrock.ask()).rejects.toMatchObject({
    resourceName: 'm',
    originalStatusCode: 500,
    $metadata: { httpStatusCode: 424 },
  });
  bedrock.on({ fail: { type: 'ConflictException' } });
  await expect(bedrock.ask()).rejects.toMatchObject({ $metadata: { httpStatusCode: 400 } });
});

test('texts of a trace have at most 8,192 characters', async () => {
  const long = `😀${'a'.repeat(9_000)}`;
  bedrock.on({ stream: [{ text: `x${'😀'.repeat(5_000)}` }] });
  const events = await invokeAgent({ inputText: long, enableTrace: true });
  const texts = JSON.stringify(events.map(({ trace }) => trace));
  const longest = [...texts.matchAll(/"(?:[^"\\]|\\.)*"/gu)].map(
    ([text]) => JSON.parse(text) as string,
  );
  const lengths = longest.map(({ length }) => length);
  expect(Math.max(...lengths)).toBe(8_192);
  // A character of two units that does not fit is left out, not halved.
  expect(lengths).toContain(8_191);
  expect(longest.every((text) => text.isWellFormed())).toBe(true);
  const answer = events.find(({ chunk }) => chunk !== undefined)?.chunk?.bytes;
  expect(Buffer.from(answer ?? []).toString('utf8')).toHaveLength(10_001);
});
