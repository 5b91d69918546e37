import type { TurnFormat } from '#protocol/turn/turn-encoding.ts';
import * as v from 'valibot';
import { parseWith } from '#protocol/http/json-body.ts';

const streamFormats = ['ui', 'data', 'text'] as const;
/** From where on a turn is followed, and in which format; `Last-Event-ID` is another way. */
export const followSchema = v.object({
  after: v.optional(v.string()),
  format: v.optional(v.picklist(streamFormats, `must be one of ${streamFormats.join(', ')}`)),
});

/** Reads in which format a stream is asked for. Throws `invalid_request`. */
export function parseStreamFormat(format: string | undefined): TurnFormat | undefined {
  return parseWith(followSchema, { format }).format;
}
