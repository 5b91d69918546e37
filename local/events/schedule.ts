import { Cron } from 'croner';

/** When a rule or schedule is due. */
export interface Schedule {
  /** The next time after a moment, in milliseconds; nothing when there is none. */
  next(afterMs: number): number | undefined;
}

const units: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * Reads `rate(5 minutes)`, `cron(0 9 ? * MON-FRI *)` or `at(2026-11-21T09:00:00)`. Throws an error
 * that names what is wrong (EventBridge user guide, "Schedule types").
 */
export function readSchedule(expression: string, timezone = 'UTC'): Schedule {
  const [, kind, inner = ''] = /^(rate|cron|at)\((.+)\)$/u.exec(expression.trim()) ?? [];
  if (kind === 'rate') return everySoOften(expression, inner);
  if (kind === 'at') return once(expression, inner, timezone);
  if (kind === 'cron') return byCron(expression, inner, timezone);
  throw new Error(`${expression} is not a schedule: it must be rate(…), cron(…) or at(…)`);
}

function everySoOften(expression: string, inner: string): Schedule {
  const [, count = '', unit = '', plural] = /^(\d+) (minute|hour|day)(s?)$/u.exec(inner) ?? [];
  const period = Number(count) * (units[unit] ?? 0);
  const isSingular = plural === '';
  if (period === 0 || (Number(count) === 1) !== isSingular) {
    throw new Error(`${expression} is not a schedule: rate(1 minute), rate(5 minutes) are`);
  }
  return { next: (afterMs) => afterMs + period };
}

function once(expression: string, inner: string, timezone: string): Schedule {
  const isForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/u.test(inner);
  if (!isForm || Number.isNaN(Date.parse(`${inner}Z`))) {
    throw new Error(`${expression} is not a schedule: at(yyyy-mm-ddThh:mm:ss) is`);
  }
  const at = new Cron(inner, { timezone, paused: true }).nextRun(new Date(0))?.getTime();
  return { next: (afterMs) => (at !== undefined && at > afterMs ? at : undefined) };
}

/** The last value of each field: seconds, minutes, hours, days, months, weekdays, years. */
const lastOf = [59, 59, 23, 31, 12, 6, 2199];

/** AWS counts the days of the week from 1 for Sunday, and has a year at the end. */
function byCron(expression: string, inner: string, timezone: string): Schedule {
  const fields = inner.trim().split(/\s+/u);
  const [minute, hour, dayOfMonth, month, dayOfWeek = '', year] = fields;
  if (fields.length !== 6 || (dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new Error(
      `${expression} is not a schedule: it needs six fields, one of the days being ?`,
    );
  }
  const weekday = dayOfWeek.replaceAll(/(?<![#/\w])\d/gu, (day) => String(Number(day) - 1));
  const parts = ['0', minute, hour, dayOfMonth, month, weekday, year];
  // `5/10` begins at five and goes on to the end of its field.
  const stepped = parts.map((part, index) =>
    part?.replaceAll(/(^|,)(\d+)\/(\d+)/gu, `$1$2-${lastOf[index]}/$3`),
  );
  const pattern = stepped.join(' ').replaceAll('?', '*');
  try {
    const cron = new Cron(pattern, { timezone, paused: true });
    return { next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime() };
  } catch (error) {
    throw new Error(`${expression} is not a schedule: ${String(error)}`, { cause: error });
  }
}
