import { expect, test } from 'vitest';
import { readSchedule, type ScheduleOptions } from '#local/events/schedule.ts';

/** Returns up to six times at which a schedule is due in an interval, in UTC and without seconds. */
function dueIn(
  [from, to]: readonly [from: string, to: string],
  expression: string,
  options: ScheduleOptions | string = {},
): readonly string[] {
  const schedule = readSchedule(
    expression,
    typeof options === 'string' ? { timezone: options } : options,
  );
  const due: string[] = [];
  let ms = schedule.next(Date.parse(`${from}:00Z`) - 1);
  while (ms !== undefined && ms < Date.parse(`${to}:00Z`) && due.length < 6) {
    due.push(new Date(ms).toISOString().replace(':00.000Z', ''));
    ms = schedule.next(ms);
  }
  return due;
}

// The days of the changes: from 2:00 to 3:00 in New York and Berlin, from 2:00 to 2:30 on Lord Howe
// Island, and from 24:00 to 1:00 in Santiago.
test.each<[string, string, string, readonly string[]]>([
  ['America/New_York', 'cron(30 2 * * ? *)', '2026-03-07', ['03-07T07:30', '03-09T06:30']],
  [
    'America/New_York',
    'cron(0/30 1-3 * * ? *)',
    '2026-03-08',
    '06:00 06:30 07:00 07:30'.split(' '),
  ],
  ['Europe/Berlin', 'cron(15 2 * * ? *)', '2026-03-28', ['03-28T01:15', '03-30T00:15']],
  ['Australia/Lord_Howe', 'cron(0/15 2 * * ? *)', '2026-10-03', ['15:30', '15:45']],
  ['America/Santiago', 'cron(30 0 * * ? *)', '2026-09-05', ['09-05T04:30', '09-07T03:30']],
  ['Asia/Tokyo', 'cron(30 2 * * ? *)', '2026-03-08', ['03-08T17:30', '03-09T17:30']],
])('in %s, %s skips the times that do not exist', (timezone, expression, day, expected) => {
  const end = new Date(Date.parse(day) + (expected.length === 2 ? 3 : 1) * 86_400_000);
  const due = dueIn([`${day}T00:00`, end.toISOString().slice(0, 16)], expression, timezone);
  expect(due.slice(0, expected.length)).toEqual(
    expected.map((time) => expect.stringMatching(new RegExp(`${time}$`, 'u')) as string),
  );
});

test.each<[string, string, string, readonly string[]]>([
  ['America/New_York', 'cron(0/30 1 * * ? *)', '2026-11-01', ['01T05:00', '01T05:30']],
  ['America/New_York', 'cron(30 1 ? * SUN *)', '2026-11-01', ['01T05:30']],
  ['Europe/Berlin', 'cron(0/20 2 * * ? *)', '2026-10-25', ['25T00:00', '25T00:20', '25T00:40']],
  ['Australia/Lord_Howe', 'cron(30,45 1 * * ? *)', '2026-04-04', ['04T14:30', '04T14:45']],
  ['America/Santiago', 'cron(30 23 * * ? *)', '2026-04-05', ['05T02:30']],
  ['Asia/Tokyo', 'cron(0/30 1 * * ? *)', '2026-11-01', ['01T16:00', '01T16:30']],
])('in %s, %s runs once in the time that comes twice', (timezone, expression, day, expected) => {
  const next = new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
  const due = dueIn([`${day}T00:00`, `${next}T00:00`], expression, timezone);
  expect(due.map((time) => time.slice(8))).toEqual(expected);
});

test('a schedule that starts within the repeated hour waits until that hour has passed', () => {
  const options = { timezone: 'America/New_York' };
  // This is 1:10 for the second time.
  const due = readSchedule('cron(0/20 * * * ? *)', options).next(
    Date.parse('2026-11-01T06:10:00Z'),
  );
  expect(new Date(due ?? 0).toISOString()).toBe('2026-11-01T07:00:00.000Z');
});

test('a rate is a duration, also where a day is longer', () => {
  const options = { timezone: 'America/New_York', startMs: Date.parse('2026-10-31T12:00:00Z') };
  expect(dueIn(['2026-10-31T00:00', '2026-11-03T00:00'], 'rate(1 day)', options)).toEqual([
    '2026-10-31T12:00',
    '2026-11-01T12:00',
    '2026-11-02T12:00',
  ]);
  expect(dueIn(['2026-11-01T12:01', '2026-11-01T22:00'], 'rate(5 hours)', options)).toEqual([
    '2026-11-01T13:00',
    '2026-11-01T18:00',
  ]);
});

test.each([
  ['2026-11-01T01:30:00', 'America/New_York', '2026-11-01T05:30:00.000Z'],
  ['2026-07-01T09:00:00', 'Europe/Berlin', '2026-07-01T07:00:00.000Z'],
  ['2026-04-05T01:45:00', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
  ['2026-03-08T02:30:00', 'America/New_York', undefined],
])('at(%s) in %s is %s, whatever the dates of the schedule', (time, timezone, expected) => {
  const options = { timezone, startMs: Date.parse('2027-01-01') };
  const due = readSchedule(`at(${time})`, options).next(Date.parse('2026-01-01'));
  expect(due === undefined ? undefined : new Date(due).toISOString()).toBe(expected);
});

test.each<[string, string]>([
  ['cron(0 0 L * ? *)', '01-31 02-28 03-31'],
  ['cron(0 0 LW * ? *)', '01-30 02-27 03-31'],
  ['cron(0 0 15W * ? *)', '01-15 02-16 03-16'],
  ['cron(0 0 1,15 * ? *)', '01-01 01-15 02-01'],
  ['cron(0 0 20/5 * ? *)', '01-20 01-25 01-30'],
  ['cron(0 0 ? * L *)', '01-03 01-10 01-17'],
  ['cron(0 0 ? * 6L *)', '01-30 02-27 03-27'],
  ['cron(0 0 ? * FRIL *)', '01-30 02-27 03-27'],
  ['cron(0 0 ? * 3#2 *)', '01-13 02-10 03-10'],
  ['cron(0 0 ? * tue#2 *)', '01-13 02-10 03-10'],
  ['cron(0 0 ? * FRI-MON *)', '01-02 01-03 01-04 01-05 01-09'],
  ['cron(0 0 ? * MON-FRI/2 *)', '01-02 01-05 01-07 01-09'],
  ['cron(0 0 ? * 2/2 *)', '01-02 01-05 01-07 01-09'],
  ['cron(0 0 ? * */3 *)', '01-03 01-04 01-07 01-10'],
  ['cron(0 0 1 FEB/4 ? *)', '02-01 06-01 10-01'],
  ['cron(0 0 1 NOV-FEB ? *)', '01-01 02-01 11-01 12-01'],
  ['cron(0 0 29 2 ? 2026/2)', '02-29'],
])('%s is due on %s', (expression, days) => {
  const expected = days.split(' ');
  const due = dueIn(['2026-01-01T00:00', '2029-01-01T00:00'], expression);
  expect(due.slice(0, expected.length).map((time) => time.slice(5, 10))).toEqual(expected);
});

test.each([
  'cron(60 * * * ? *)',
  'cron(* 24 * * ? *)',
  'cron(* * 32 * ? *)',
  'cron(* * ? * 8 *)',
  'cron(* * ? * 0 *)',
  'cron(* * * 13 ? *)',
  'cron(* * ? * 2#6 *)',
  'cron(* * ? * 3#1,6#3 *)',
  'cron(* * * * ? 1969)',
  'cron(? * * * ? *)',
  'cron(0/0 * * * ? *)',
  'cron(*/60 * * * ? *)',
  'cron(L * * * ? *)',
  'cron(* * * * * *)',
  'cron(* * ? * ? *)',
  'cron(* * * * ?)',
  'cron(a * * * ? *)',
  'cron(1,,2 * * * ? *)',
  'rate(0 minutes)',
  'rate(1 minutes)',
  'rate(5 seconds)',
  'at(2026-02-30T10:00:00)',
  'at(2026-03-01)',
])('%s is not a schedule', (expression) => {
  expect(() => readSchedule(expression)).toThrow(`${expression} is not a schedule`);
});

test('a time zone that does not exist is refused', () => {
  const read = (): unknown => readSchedule('rate(1 day)', { timezone: 'Mars/Olympus' });
  expect(read).toThrow('Mars/Olympus is not a time zone');
});
