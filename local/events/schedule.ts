import { Cron } from 'croner';

/** When a rule or schedule is due. */
export interface Schedule {
  /** Returns the next time after `afterMs`, in milliseconds, or `undefined` if there is none. */
  next(afterMs: number): number | undefined;
}

export interface ScheduleOptions {
  /** The time zone of `cron` and `at`. */
  readonly timezone?: string | undefined;
  /** It is due neither before `startMs` nor after `endMs`. */
  readonly startMs?: number | undefined;
  readonly endMs?: number | undefined;
}

const units: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * Parses `rate(5 minutes)`, `cron(0 9 ? * MON-FRI *)` or `at(2026-11-21T09:00:00)`. Throws an error
 * that explains the expected form (EventBridge user guide, "Schedule types").
 */
export function readSchedule(
  expression: string,
  { timezone = 'UTC', startMs = -Infinity, endMs = Infinity }: ScheduleOptions = {},
): Schedule {
  const schedule = parseExpression(expression, timezone);
  const isRate = expression.trim().startsWith('rate');
  return {
    next(afterMs) {
      const isBefore = afterMs < startMs;
      // A rate counts from the start, which is its first time.
      const due = isBefore && isRate ? startMs : schedule.next(Math.max(afterMs, startMs - 1));
      return due !== undefined && due <= endMs ? due : undefined;
    },
  };
}

function parseExpression(expression: string, timezone: string): Schedule {
  const [, kind, inner = ''] = /^(rate|cron|at)\((.+)\)$/u.exec(expression.trim()) ?? [];
  if (kind === 'rate') return rateSchedule(expression, inner);
  if (kind === 'at') return atSchedule(expression, inner, timezone);
  if (kind === 'cron') return cronSchedule(expression, inner, timezone);
  throw new Error(`${expression} is not a schedule: it must be rate(…), cron(…) or at(…)`);
}

function rateSchedule(expression: string, inner: string): Schedule {
  const [, count = '', unit = '', plural] = /^(\d+) (minute|hour|day)(s?)$/u.exec(inner) ?? [];
  const period = Number(count) * (units[unit] ?? 0);
  const isSingular = plural === '';
  if (period === 0 || (Number(count) === 1) !== isSingular) {
    throw new Error(
      `${expression} is not a schedule: it must be like rate(1 minute) or rate(5 minutes)`,
    );
  }
  return { next: (afterMs) => afterMs + period };
}

function atSchedule(expression: string, inner: string, timezone: string): Schedule {
  const isForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/u.test(inner);
  if (!isForm || Number.isNaN(Date.parse(`${inner}Z`))) {
    throw new Error(`${expression} is not a schedule: it must be like at(yyyy-mm-ddThh:mm:ss)`);
  }
  const at = new Cron(inner, { timezone, paused: true }).nextRun(new Date(0))?.getTime();
  return { next: (afterMs) => (at !== undefined && at > afterMs ? at : undefined) };
}

/** The maximum of each field: seconds, minutes, hours, days, months, weekdays, years. */
const fieldMaxima = [59, 59, 23, 31, 12, 6, 2199];

/** AWS numbers the days of the week from 1 for Sunday, and adds a year field at the end. */
function cronSchedule(expression: string, inner: string, timezone: string): Schedule {
  const fields = inner.trim().split(/\s+/u);
  const [minute, hour, dayOfMonth, month, dayOfWeek = '', year] = fields;
  if (fields.length !== 6 || (dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new Error(
      `${expression} is not a schedule: it needs six fields, and one of the two day fields must be ?`,
    );
  }
  const weekday = dayOfWeek.replaceAll(/(?<![#/\w])\d/gu, (day) => String(Number(day) - 1));
  const parts = ['0', minute, hour, dayOfMonth, month, weekday, year];
  // `5/10` means every tenth value from 5 to the end of the field.
  const stepped = parts.map((part, index) =>
    part?.replaceAll(/(^|,)(\d+)\/(\d+)/gu, `$1$2-${fieldMaxima[index]}/$3`),
  );
  const pattern = stepped.join(' ').replaceAll('?', '*');
  try {
    const cron = new Cron(pattern, { timezone, paused: true });
    return { next: (afterMs) => cron.nextRun(new Date(afterMs))?.getTime() };
  } catch (error) {
    throw new Error(`${expression} is not a schedule: ${String(error)}`, { cause: error });
  }
}
