import * as v from 'valibot';
import { isIdentifier } from '#domain/identifier.ts';
import { ChatError } from '#domain/errors.ts';
import type { DataJobKind } from '#domain/data/data-job.ts';
import { parseJsonObject, parseWith } from '#protocol/http/json-body.ts';

/** The body of an export, which has no settings. */
export const exportSchema = v.strictObject({});

/** What a caller writes to confirm that everything is to be deleted. */
const confirmation = 'delete everything';

/** The body of a deletion, with its confirmation. */
export const deletionSchema = v.strictObject({
  confirm: v.literal(confirmation, `must be "${confirmation}"`),
});

/** Checks the body of an export. Throws `invalid_request` if it has fields. */
export function parseExportRequest(body: string): void {
  parseWith(exportSchema, parseJsonObject(body));
}

/** Checks the body of a deletion. Throws `invalid_request` unless it confirms the deletion. */
export function parseDeletionRequest(body: string): void {
  parseWith(deletionSchema, parseJsonObject(body));
}

/** Returns the id of an export or a deletion from a path. Throws `not_found` if none can have it. */
export function parseDataJobId(kind: DataJobKind, segment: string): string {
  if (isIdentifier(segment)) return segment;
  throw unknownDataJob(kind);
}

/** Returns the error for an export or a deletion that does not exist. */
export function unknownDataJob(kind: DataJobKind): ChatError {
  return new ChatError('not_found', `There is no such ${kind}.`);
}
