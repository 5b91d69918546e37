import * as v from 'valibot';
import type { Clock } from '#domain/clock.ts';
import type { OwnTool } from '#domain/model/tools.ts';
import { ownTool } from '#tools/own-tool.ts';

/** Returns a tool for the current time, which models cannot know. */
export function currentTime(clock: Clock): OwnTool {
  return ownTool({
    name: 'current_time',
    description: 'The current date and time in a time zone.',
    writes: false,
    input: v.strictObject({
      time_zone: v.pipe(
        v.optional(v.string(), 'UTC'),
        v.description('An IANA time zone, such as Asia/Tokyo.'),
        v.check(isTimeZone, 'must be an IANA time zone, such as Asia/Tokyo'),
      ),
    }),
    run: async ({ time_zone: timeZone }) => {
      const format = new Intl.DateTimeFormat('en-GB', {
        timeZone,
        dateStyle: 'full',
        timeStyle: 'long',
      });
      return format.format(clock.now());
    },
  });
}

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone }).format();
    return true;
  } catch {
    return false;
  }
}
