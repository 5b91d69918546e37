import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeDataStream } from '#protocol/turn/data-stream.ts';
import { decodeUiStream } from '#protocol/turn/ui-message-stream.ts';
import { openSlowly, residentMb } from '#test/fixtures/slow-reader.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import {
  beginAnswer,
  streamTokens,
  startUpstreamBedrock,
  type Behaviour,
  type UpstreamBedrock,
} from '#test/fixtures/upstream-bedrock.ts';

let system: StreambedSystem;
let upstream: UpstreamBedrock;

beforeAll(async () => {
  upstream = await startUpstreamBedrock();
  system = await startSystem({ bedrock: upstream.url });
});
afterAll(async () => {
  await system.close();
  await upstream.close();
});

const resetMidway: Behaviour = async (response) => {
  beginAnswer(response);
  await new Promise((resolve) => setTimeout(resolve, 50));
  response.socket?.resetAndDestroy();
};

const bytesOf = (answer: Response): AsyncIterable<Uint8Array> =>
  answer.body ?? ReadableStream.from([]);

/** Counts the log lines of the chat function that begin with this text. */
const countLines = (start: string): number =>
  system.lines.filter((line) => line.startsWith(`ChatFunction  ${start}`)).length;

test('a broken model stream is an error event in the ui format', async () => {
  upstream.behave(resetMidway);
  const answer = await system.api('/chat/stream', post({ prompt: 'Hi', format: 'ui' }));
  const events = await Array.fromAsync(decodeUiStream(bytesOf(answer)));
  expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'model_error' } });
});

test('a broken model stream is an error event in the data format', async () => {
  upstream.behave(resetMidway);
  const answer = await system.api('/chat/stream', post({ prompt: 'Hi', format: 'data' }));
  const reading = Array.fromAsync(decodeDataStream(bytesOf(answer)));
  await expect(reading).rejects.toMatchObject({ code: 'model_error' });
});

test('a broken model stream breaks the connection in the text format', async () => {
  upstream.behave(resetMidway);
  const answer = await system.api('/chat/stream', post({ prompt: 'Hi', format: 'text' }));
  expect(answer.status).toBe(200);
  await expect(answer.text()).rejects.toThrow('terminated');
});

test('a broken model stream is a 502 in the json format, on both routes', async () => {
  upstream.behave(resetMidway);
  for (const path of ['/chat', '/chat/stream']) {
    const answer = await system.api(path, post({ prompt: 'Hi', format: 'json' }));
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ code: 'model_error' });
  }
});

test('throttling is a 429, with the message of AWS only in the log', async () => {
  upstream.behave((response) => {
    response.writeHead(429, { 'x-amzn-errortype': 'ThrottlingException' });
    response.end('{"message":"Too many tokens, arn:aws:bedrock:secret"}');
  });
  const answer = await system.api('/chat/stream', post({ message: 'Hi' }));
  expect(answer.status).toBe(429);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(answer.headers.get('x-streambed-turn-id')).toBeTruthy();
  expect(await answer.text()).not.toContain('arn:aws');
  await expect.poll(() => system.lines.join('\n')).toContain('Too many tokens');
});

test('the text before a fault is stored, and the conversation can continue', async () => {
  upstream.behave(resetMidway);
  const answer = await system.api('/chat/stream', post({ message: 'Hi' }));
  await answer.text();
  const id = answer.headers.get('x-streambed-conversation-id');
  expect(await (await system.api(`/conversations/${id}`)).json()).toMatchObject({
    turns: [{ state: 'failed', message: 'Hi', response: 'Hello', error_code: 'model_error' }],
  });
  upstream.behave((response) => streamTokens(response, 64));
  const next = await system.api('/chat', post({ message: 'Again', conversation_id: id }));
  expect(next.status).toBe(200);
});

test.runIf(process.platform === 'linux')(
  'a slow reader of 400,000 tokens adds at most 20 MB to the memory of its function',
  async () => {
    upstream.behave((response) => streamTokens(response, 400_000));
    const request = { prompt: 'Write on', format: 'data' };
    const host = system.functionHost('ChatFunction');
    const memory = (): number => host.pids().reduce((sum, pid) => sum + residentMb(pid), 0);
    // Measure fast readers first: V8's own memory for so many tokens varies by 10 MB between
    // answers, and is not what a slow reader adds.
    let before = 0;
    for (let answers = 1; answers <= 4; answers += 1) {
      await (await system.api('/chat/stream', post(request))).text();
      // Wait for the last REPORT, so that the next request reuses the same environment.
      await expect.poll(() => countLines('START') - countLines('REPORT')).toBe(0);
      before = Math.max(before, memory());
    }
    const { url, apiKeys } = system.state.apis['Api'] ?? {};
    const headers = { 'content-type': 'application/json', 'x-api-key': apiKeys?.[0] };
    const body = JSON.stringify(request);
    const reader = await openSlowly(`${url}/chat/stream`, { headers, body });
    let max = before;
    for (let second = 1; second <= 12; second += 1) {
      reader.readUpTo(second * 10_240);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      max = Math.max(max, memory());
    }
    reader.disconnect();
    console.log(`function memory: ${before} MB with fast readers, ${max} MB with a slow one`);
    expect(reader.bytesRead()).toBeGreaterThan(60_000);
    expect(max - before).toBeLessThanOrEqual(20);
  },
);
