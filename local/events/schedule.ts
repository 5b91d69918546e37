import { Cron } from 'croner';
import { toCronPattern } from '#local/events/cron-pattern.ts';
import { readTimeZone, type TimeZone } from '#local/events/time-zone.ts';

/** When a rule or schedule is due. */
export interface Schedule {
  /** Returns the next time after `afterMs`, in milliseconds, or `undefined` if there is none. */
  next(afterMs: number): number | undefined;
}

export interface ScheduleOptions {
  /** The time zone of `cron` and `at`. */
  readonly timezone?: string | undefined;
  /** `rate` and `cron` are due neither before `startMs` nor after `endMs`. */
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
 * that explains the expected form (EventBridge Scheduler user guide, "Schedule types").
 */
export function readSchedule(expression: string, options: ScheduleOptions = {}): Schedule {
  const { timezone = 'UTC', startMs = -Infinity, endMs = Infinity } = options;
  const zone = readTimeZone(timezone);
  const [, kind, inner = ''] = /^(rate|cron|at)\((.+)\)$/u.exec(expression.trim()) ?? [];
  switch (kind) {
    case 'rate':
      return until(endMs, rateSchedule(expression, inner, startMs));
    case 'cron': {
      const { next } = cronSchedule(expression, inner, zone);
      return until(endMs, { next: (afterMs) => next(Math.max(afterMs, startMs - 1)) });
    }
    case 'at':
      // Scheduler ignores the dates of a schedule with a single time.
      return atSchedule(expression, inner, zone);
    case undefined:
    default:
      throw notSchedule(expression, 'it must be rate(…), cron(…) or at(…)');
  }
}

function notSchedule(expression: string, reason: string, cause?: unknown): Error {
  return new Error(`${expression} is not a schedule: ${reason}`, { cause });
}

function until(endMs: number, schedule: Schedule): Schedule {
  return {
    next(afterMs) {
      const due = schedule.next(afterMs);
      return due !== undefined && due <= endMs ? due : undefined;
    },
  };
}

/** A rate counts from its start, which is its first time. A day is 24 hours in every time zone. */
function rateSchedule(expression: string, inner: string, startMs: number): Schedule {
  const [, count = '', unit = '', plural] = /^(\d+) (minute|hour|day)(s?)$/u.exec(inner) ?? [];
  const period = Number(count) * (units[unit] ?? 0);
  const isSingular = plural === '';
  if (period === 0 || (Number(count) === 1) !== isSingular) {
    throw notSchedule(expression, 'it must be like rate(1 minute) or rate(5 minutes)');
  }
  return {
    next(afterMs) {
      if (afterMs < startMs) return startMs;
      const passed = startMs === -Infinity ? 0 : (afterMs - startMs) % period;
      return afterMs - passed + period;
    },
  };
}

/** A time that the clock shows twice is the first of the two, and one that it never shows is never. */
function atSchedule(expression: string, inner: string, zone: TimeZone): Schedule {
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/u.test(inner) ? Date.parse(`${inner}Z`) : NaN;
  if (Number.isNaN(wall) || new Date(wall).toISOString() !== `${inner}.000Z`) {
    throw notSchedule(expression, 'it must be like at(yyyy-mm-ddThh:mm:ss)');
  }
  const at = zone.firstInstant(wall);
  return { next: (afterMs) => (at !== undefined && at > afterMs ? at : undefined) };
}

/**
 * croner computes times on the clock of the time zone, as if they were in UTC. A time that the clock
 * does not show in spring is skipped, and one that it shows twice in autumn is the first of the two
 * (EventBridge Scheduler user guide, "Daylight savings time").
 */
function cronSchedule(expression: string, inner: string, zone: TimeZone): Schedule {
  const cron = readCron(expression, inner);
  return {
    next(afterMs) {
      let wall = cron.nextRun(new Date(zone.wallTime(afterMs)));
      while (wall !== null) {
        const due = zone.firstInstant(wall.getTime());
        if (due !== undefined && due > afterMs) return due;
        wall = cron.nextRun(wall);
      }
      return undefined;
    },
  };
}

function readCron(expression: string, inner: string): Cron {
  try {
    return new Cron(toCronPattern(inner), { timezone: 'UTC', paused: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw notSchedule(expression, reason, error);
  }
}
