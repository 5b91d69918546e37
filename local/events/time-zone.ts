/** The clock on the wall in a time zone. Its times are counted as if they were in UTC. */
export interface TimeZone {
  wallTime(ms: number): number;
  /** Returns when the clock first shows a time; `undefined` if it never does. */
  firstInstant(wallMs: number): number | undefined;
}

const dayMs = 86_400_000;

/** Returns a time zone by its IANA name. Throws an error if it does not exist. */
export function readTimeZone(name: string): TimeZone {
  const offsetMs = offsetReader(name);
  const wallTime = (ms: number): number => ms + offsetMs(ms);
  return {
    wallTime,
    firstInstant(wallMs) {
      // The offsets before and after a change of the clock, which is the only one in these days.
      const instants = [wallMs - dayMs, wallMs + dayMs]
        .map((nearMs) => wallMs - offsetMs(nearMs))
        .filter((ms) => wallTime(ms) === wallMs);
      return instants.length === 0 ? undefined : Math.min(...instants);
    },
  };
}

function offsetReader(timeZone: string): (ms: number) => number {
  if (timeZone === 'UTC') return () => 0;
  const format = dateFormat(timeZone);
  return (ms) => {
    const seconds = Math.floor(ms / 1000) * 1000;
    const parts = format.formatToParts(seconds);
    const valueOf = (name: Intl.DateTimeFormatPartTypes): number =>
      Number(parts.find(({ type }) => type === name)?.value);
    const date = [valueOf('year'), valueOf('month') - 1, valueOf('day')] as const;
    return Date.UTC(...date, valueOf('hour'), valueOf('minute'), valueOf('second')) - seconds;
  };
}

function dateFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    throw new Error(`${timeZone} is not a time zone`, { cause: error });
  }
}
