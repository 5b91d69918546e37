import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Clock } from '#local/process/clock.ts';
import { createDisk } from '#local/process/disk.ts';
import { createQueues, queueSchema } from '#local/sqs/queues.ts';
import { openStore } from '#local/process/store.ts';

/** A clock that advances a millisecond on each read and whose timers fire a millisecond early. */
function createHastyClock(): Clock {
  let nowMs = 1_000;
  return {
    now() {
      nowMs += 1;
      return nowMs;
    },
    async sleep(ms) {
      nowMs += Math.max(0, ms - 2);
      await new Promise(setImmediate);
    },
  };
}

test('a long poll returns a message that becomes visible while it checks the queue', async () => {
  const clock = createHastyClock();
  const folder = mkdtempSync(join(tmpdir(), 'streambed-'));
  const store = openStore(join(folder, 'sqs.sqlite'), queueSchema, createDisk(folder));
  const queues = createQueues({ store, clock, arnOf: (name) => `arn:aws:sqs:::${name}` });
  const queue = queues.put('late', {});
  queues.send(queue, { body: 'hello', delayMs: 1_000, attributes: '{}' });
  const { signal } = new AbortController();
  const [message] = await queues.receive(queue, {
    max: 1,
    visibilityMs: 30_000,
    waitMs: 60_000,
    signal,
  });
  expect(message?.body).toBe('hello');
  expect(clock.now()).toBeLessThan(3_000);
  store.close();
});
