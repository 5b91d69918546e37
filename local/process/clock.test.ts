import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { realClock, startTimer } from '#local/process/clock.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});

afterEach(() => {
  vi.useRealTimers();
});

const dayMs = 86_400_000;

test.each([1, 24, 25, 30, 365])('a timer of %i days is due after %i days', (days) => {
  const onDue = vi.fn<() => void>();
  startTimer(days * dayMs, onDue);
  vi.advanceTimersByTime(days * dayMs - 1);
  expect(onDue).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onDue).toHaveBeenCalledOnce();
});

test('a timer that is restarted begins again, and one that is stopped is never due', () => {
  const onDue = vi.fn<() => void>();
  const timer = startTimer(30 * dayMs, onDue);
  vi.advanceTimersByTime(29 * dayMs);
  timer.restart();
  vi.advanceTimersByTime(29 * dayMs);
  expect(onDue).not.toHaveBeenCalled();
  vi.advanceTimersByTime(dayMs);
  expect(onDue).toHaveBeenCalledOnce();
  timer.restart();
  vi.advanceTimersByTime(26 * dayMs);
  timer.stop();
  vi.advanceTimersByTime(30 * dayMs);
  expect(onDue).toHaveBeenCalledOnce();
});

test('an endless timer is never due', () => {
  const onDue = vi.fn<() => void>();
  const timer = startTimer(Infinity, onDue);
  vi.advanceTimersByTime(1_000 * dayMs);
  expect(onDue).not.toHaveBeenCalled();
  timer.stop();
});

test('a sleep of 30 days does not end at once, and ends when it is aborted', async () => {
  vi.useRealTimers();
  const waking = new AbortController();
  const order: string[] = [];
  const sleep = realClock.sleep(30 * dayMs, waking.signal).then(() => order.push('woke'));
  await realClock.sleep(20);
  order.push('aborted');
  waking.abort();
  await sleep;
  expect(order).toEqual(['aborted', 'woke']);
});
