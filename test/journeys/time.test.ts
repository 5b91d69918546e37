import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import {
  beginAnswer,
  frames,
  startUpstreamBedrock,
  type UpstreamBedrock,
} from '#test/fixtures/upstream-bedrock.ts';

/*
 * Behaviour that takes real time: both tests wait, concurrently, for the timers of a real function.
 */

const timeoutMs = 60_000;

let system: StreambedSystem;
let upstream: UpstreamBedrock;

beforeAll(async () => {
  upstream = await startUpstreamBedrock();
  system = await startSystem({ bedrock: upstream.url });
  upstream.behave(async (response) => {
    beginAnswer(response);
    for (let second = 0; second < 50 && !response.destroyed; second += 1) {
      await sleep(1_000);
      if (second % 14 === 13) response.write(frames.delta(' still here'));
    }
  });
});
afterAll(async () => {
  await system.close();
  await upstream.close();
});

test.concurrent('a silent stream is kept open by pings', { timeout: timeoutMs }, async () => {
  const answer = await system.api('/chat/stream', post({ prompt: 'Hi', format: 'data' }));
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of answer.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes('still here')) break;
  }
  expect(text).toContain('\n\n: ping\n\n');
});

test.concurrent(
  'an answer that reaches the function deadline is stored as timed out',
  { timeout: timeoutMs },
  async () => {
    const answer = await system.api('/chat', post({ message: 'Take your time' }));
    expect(answer.status).toBe(504);
    expect(await answer.json()).toMatchObject({ code: 'timed_out' });
    const id = answer.headers.get('x-streambed-conversation-id');
    const page: unknown = await (await system.api(`/conversations/${id}`)).json();
    expect(page).toMatchObject({
      turns: [
        {
          state: 'timed_out',
          message: 'Take your time',
          response: expect.stringMatching(/^Hello/u),
        },
      ],
    });
  },
);
