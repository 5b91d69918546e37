import { afterAll, beforeAll, expect, test } from 'vitest';
import { decodeDataStream } from '#protocol/turn/data-stream.ts';
import { decodeUiStream } from '#protocol/turn/ui-message-stream.ts';
import { openSlowly, residentMb } from '#test/fixtures/slow-reader.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import {
  beginAnswer,
  sayForever,
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

const resets: Behaviour = async (response) => {
  beginAnswer(response);
  await new Promise((resolve) => setTimeout(resolve, 50));
  response.socket?.resetAndDestroy();
};

const bytesOf = (answer: Response): AsyncIterable<Uint8Array> =>
  answer.body ?? ReadableStream.from([]);

/** How many log lines of the chat function hold a word. */
const countOf = (word: string): number =>
  system.lines.filter((line) => line.startsWith(`ChatFunction  ${word}`)).length;

test('a model that breaks off is an error event in the ui format', async () => {
  upstream.behave(resets);
  const answer = await system.api('/chat/stream', post({ prompt: 'Hi', format: 'ui' }));
  const events = await Array.fromAsync(decodeUiStream(bytesOf(answer)));
  expect(events.at(-1)).toMatchObject({ type: 'error', error: { code: 'model_error' } });
});

test('a model that breaks off is an error event in the data format', async () => {
  upstream.behave(resets);
  const answer = await system.api('/chat/stream', post({ prompt: 'Hi', format: 'data' }));
  const reading = Array.fromAsync(decodeDataStream(bytesOf(answer)));
  await expect(reading).rejects.toMatchObject({ code: 'model_error' });
});

test('a model that breaks off breaks the connection of a text reader', async () => {
  upstream.behave(resets);
  const answer = await system.api('/chat/stream', post({ prompt: 'Hi', format: 'text' }));
  expect(answer.status).toBe(200);
  await expect(answer.text()).rejects.toThrow('terminated');
});

test('a model that breaks off is a problem in JSON, streamed door or not', async () => {
  upstream.behave(resets);
  for (const path of ['/chat', '/chat/stream']) {
    const answer = await system.api(path, post({ prompt: 'Hi', format: 'json' }));
    expect(answer.status).toBe(502);
    expect(await answer.json()).toMatchObject({ code: 'model_error' });
  }
});

test('a model that refuses before it begins is a status, with the words of AWS in the log only', async () => {
  upstream.behave((response) => {
    response.writeHead(429, { 'x-amzn-errortype': 'ThrottlingException' });
    response.end('{"message":"Too many tokens, arn:aws:bedrock:secret"}');
  });
  const answer = await system.api('/chat/stream', post({ message: 'Hi' }));
  expect(answer.status).toBe(429);
  expect(answer.headers.get('retry-after')).toBe('5');
  expect(answer.headers.get('x-streambed-turn-id')).toBeTruthy();
  expect(await answer.text()).not.toContain('arn:aws');
  expect(system.lines.join('\n')).toContain('Too many tokens');
});

test('what was said before the fault is kept, and the conversation goes on', async () => {
  upstream.behave(resets);
  const answer = await system.api('/chat/stream', post({ message: 'Hi' }));
  await answer.text();
  const id = answer.headers.get('x-streambed-conversation-id');
  expect(await (await system.api(`/conversations/${id}`)).json()).toMatchObject({
    turns: [{ state: 'failed', message: 'Hi', response: 'Hello', error_code: 'model_error' }],
  });
  upstream.behave((response) => sayForever(response, 64));
  const next = await system.api('/chat', post({ message: 'Again', conversation_id: id }));
  expect(next.status).toBe(200);
});

test.runIf(process.platform === 'linux')(
  'a slow reader of a million tokens adds at most 20 MB to the memory of the function',
  async () => {
    upstream.behave((response) => sayForever(response, 1_000_000));
    const request = { prompt: 'Write on', format: 'data' };
    const host = system.functionHost('ChatFunction');
    const memory = (): number => host.pids().reduce((sum, pid) => sum + residentMb(pid), 0);
    // Fast readers first: what V8 takes for so many tokens (it wavers by 10 MB from one answer to
    // the next) is not what a slow reader adds.
    let before = 0;
    for (let answers = 1; answers <= 4; answers += 1) {
      await (await system.api('/chat/stream', post(request))).text();
      // The same environment each time: it is free again only after its last report.
      await expect.poll(() => countOf('START') - countOf('REPORT')).toBe(0);
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
    reader.leave();
    console.log(`slow reader: ${before} MB with fast ones, ${max} MB with it`);
    expect(reader.bytesRead()).toBeGreaterThan(60_000);
    expect(max - before).toBeLessThanOrEqual(20);
  },
);
