import type { TurnFormat } from '#protocol/turn/turn-encoding.ts';
import * as v from 'valibot';
import { parseWith } from '#protocol/http/json-body.ts';

const streamFormats = ['ui', 'data', 'text'] as const;

/** The cursor after which the stream begins, and its format. `Last-Event-ID` can replace `after`. */
export const followSchema = v.object({
  after: v.optional(v.string()),
  format: v.optional(v.picklist(streamFormats, `must be one of ${streamFormats.join(', ')}`)),
});

/** Parses the format of a stream; undefined if none is requested. Throws `invalid_request`. */
export function parseStreamFormat(format: string | undefined): TurnFormat | undefined {
  return parseWith(followSchema, { format }).format;
}
