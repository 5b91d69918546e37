import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  ConverseCommand,
  ConverseStreamCommand,
  type BedrockRuntimeClient,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { haiku, startBedrock, user, type RunningBedrock } from '#test/fixtures/bedrock.ts';

/** What the AWS SDK makes of a stream, where a good guess is wrong. */

let bedrock: RunningBedrock;

beforeAll(async () => {
  bedrock = await startBedrock();
});

afterEach(() => bedrock.post('/_streambed/reset', {}));

afterAll(() => bedrock.close());

const request = { modelId: haiku, messages: [user('Hello')] };
const pausing = (pause: string) => ({
  stream: [{ text: 'Begin' }, { stall: pause }, { text: 'end' }],
});

/** Reads a stream, and calls back at its first text. */
async function readUntilText(
  client: BedrockRuntimeClient,
  signal: AbortSignal,
  atText: () => 'go on' | 'break',
): Promise<readonly ConverseStreamOutput[]> {
  const command = new ConverseStreamCommand(request);
  const { stream = [] } = await client.send(command, { abortSignal: signal });
  const events: ConverseStreamOutput[] = [];
  for await (const event of stream as AsyncIterable<ConverseStreamOutput>) {
    events.push(event);
    if (event.contentBlockDelta !== undefined && atText() === 'break') break;
  }
  return events;
}

async function outcome(): Promise<unknown> {
  const journal = await (await fetch(`${bedrock.url}/_streambed/journal`)).json();
  return (journal as { requests: { outcome: string }[] }).requests.at(-1)?.outcome;
}

test('an aborted stream ends over HTTP/2 like a whole one, without messageStop', async () => {
  bedrock.on(pausing('60s'));
  const controller = new AbortController();
  const abort = (): 'go on' => {
    controller.abort();
    return 'go on';
  };
  const events = await readUntilText(bedrock.http2(), controller.signal, abort);
  expect(events.some(({ messageStop }) => messageStop !== undefined)).toBe(false);
  await expect.poll(outcome).toBe('client_cancelled');
});

test('an aborted stream throws over HTTP/1.1', async () => {
  bedrock.on(pausing('60s'));
  const controller = new AbortController();
  const abort = (): 'go on' => {
    controller.abort();
    return 'go on';
  };
  const reading = readUntilText(bedrock.http1(), controller.signal, abort);
  await expect(reading).rejects.toMatchObject({ code: 'ECONNRESET' });
});

test.each(['http1', 'http2'] as const)(
  'after a break the answer goes on, over %s',
  async (http) => {
    bedrock.on(pausing('100ms'));
    const { signal } = new AbortController();
    await readUntilText(bedrock[http](), signal, () => 'break');
    await expect.poll(outcome).toBe('completed');
  },
);

/** Counts the connections that this process opens in the meantime. */
async function connectionsOf(work: () => Promise<unknown>): Promise<number> {
  let connections = 0;
  const count = (): void => void (connections += 1);
  subscribe('net.client.socket', count);
  await work();
  unsubscribe('net.client.socket', count);
  return connections;
}

test('over HTTP/2 each call opens a connection, and over HTTP/1.1 one is used again', async () => {
  const stream = async (client: BedrockRuntimeClient): Promise<void> => {
    await readUntilText(client, new AbortController().signal, () => 'go on');
  };
  const [http1, http2] = [bedrock.http1(), bedrock.http2()];
  await stream(http1);
  await stream(http2);
  const opened = [
    await connectionsOf(() => stream(http2)),
    await connectionsOf(() => http2.send(new ConverseCommand(request))),
    await connectionsOf(() => stream(http1)),
    await connectionsOf(() => http1.send(new ConverseCommand(request))),
  ];
  expect(opened).toEqual([1, 1, 0, 0]);
});

test('a large integer in the input of a tool is a BigInt, which JSON.stringify refuses', async () => {
  const stream = [{ tool: { name: 'track', args: {} } }];
  await bedrock.post(
    '/_streambed/scenarios',
    JSON.stringify([{ stream }]).replace('{}', '{"order":12345678901234567890}'),
  );
  const { output } = await bedrock.ask();
  expect(output?.message?.content?.[0]?.toolUse?.input).toEqual({ order: 12345678901234567890n });
  expect(() => JSON.stringify(output)).toThrow('BigInt');
});
