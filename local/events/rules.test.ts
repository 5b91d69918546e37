import { expect, test } from 'vitest';
import { runRule } from '#local/events/rules.ts';
import { readSchedule } from '#local/events/schedule.ts';
import { createVirtualClock, type Clock } from '#local/process/clock.ts';

/** Returns the times at which a rule starts its target until it ends. */
async function runAll(clock: Clock, schedule: ReturnType<typeof readSchedule>): Promise<string[]> {
  const times: string[] = [];
  const rule = { key: 'R', arn: 'arn', schedule };
  await runRule(
    rule,
    {
      clock,
      region: 'us-east-1',
      emit: ({ time }) => void times.push(time),
    },
    new AbortController().signal,
  );
  return times;
}

test('a rule runs once where its clock goes back, and not at all where it jumps', async () => {
  const options = {
    timezone: 'America/New_York',
    startMs: Date.parse('2026-03-07T00:00:00Z'),
    endMs: Date.parse('2026-11-02T12:00:00Z'),
  };
  const skipped = readSchedule('cron(30 2 7-9 3 ? *)', options);
  const repeated = readSchedule('cron(0/30 1 1 11 ? *)', options);
  expect(await runAll(createVirtualClock(options.startMs), skipped)).toEqual([
    '2026-03-07T07:30:00Z',
    '2026-03-09T06:30:00Z',
  ]);
  expect(await runAll(createVirtualClock(options.startMs), repeated)).toEqual([
    '2026-11-01T05:00:00Z',
    '2026-11-01T05:30:00Z',
  ]);
});

test('a rule runs once when its timer ends early', async () => {
  const virtual = createVirtualClock(Date.parse('2026-01-01T00:00:30Z'));
  const early: Clock = { ...virtual, sleep: (ms, signal) => virtual.sleep(ms - 0.5, signal) };
  const schedule = readSchedule('cron(* * * * ? *)', { endMs: Date.parse('2026-01-01T00:02:00Z') });
  expect(await runAll(early, schedule)).toEqual(['2026-01-01T00:01:00Z', '2026-01-01T00:02:00Z']);
});
