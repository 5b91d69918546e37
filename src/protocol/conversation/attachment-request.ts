import * as v from 'valibot';
import {
  attachmentFormats,
  formatOfName,
  kindOf,
  maxAttachmentBytes,
  type AttachmentFormat,
  type AttachmentKind,
} from '#domain/conversation/attachment.ts';
import { inMegabytes } from '#domain/conversation/attached-files.ts';
import { ChatError, invalidRequest } from '#domain/errors.ts';
import { isIdentifier } from '#domain/identifier.ts';
import { parseJsonObject, parseWith } from '#protocol/http/json-body.ts';

/** A file that a caller is about to upload. */
export interface AttachmentRequest {
  readonly name: string;
  readonly format: AttachmentFormat;
  /** In bytes. */
  readonly size: number;
}

const sizeRule = `must be a whole number from 1 to ${maxAttachmentBytes.document}`;
const nameRule = 'must be a file name of at most 200 characters';

/** The name and the size of a file to upload. */
export const attachmentSchema = v.strictObject({
  name: v.pipe(
    v.string('must be a string'),
    // This pattern is in the OpenAPI document and works in all languages. The other checks do not.
    v.regex(/^[^/\\]{1,200}$/u, nameRule),
    v.check((name) => name.length <= 200 && !/\p{Cc}/u.test(name) && name.isWellFormed(), nameRule),
  ),
  size: v.pipe(
    v.number(sizeRule),
    v.integer(sizeRule),
    v.minValue(1, sizeRule),
    v.maxValue(maxAttachmentBytes.document, sizeRule),
  ),
});

/** Parses `{"name","size"}`. Throws `invalid_request` that names the field. */
export function parseAttachmentRequest(body: string): AttachmentRequest {
  const { name, size } = parseWith(attachmentSchema, parseJsonObject(body));
  const format = formatOfName(name);
  if (format === undefined) {
    throw invalidRequest('name', `must end with ${rulesOf('image')}, ${rulesOf('document')}`);
  }
  const kind = kindOf(format);
  const max = maxAttachmentBytes[kind];
  if (size <= max) return { name, format, size };
  throw invalidRequest('size', `must be at most ${max} (${inMegabytes(max)}) for ${kind}s`);
}

/** Returns the extensions of a kind of file, and how large it may be. */
function rulesOf(kind: AttachmentKind): string {
  const formats = attachmentFormats.filter((format) => kindOf(format) === kind);
  const extensions = formats.map((format) => `.${format}`).join(', ');
  return `${extensions} (up to ${inMegabytes(maxAttachmentBytes[kind])})`;
}

/** Returns the id of a file from a path. Throws `not_found` if no file can have it. */
export function parseAttachmentId(segment: string): string {
  if (isIdentifier(segment)) return segment;
  throw unknownAttachment();
}

/** Returns the error for a file that does not exist. */
export function unknownAttachment(): ChatError {
  return new ChatError('not_found', 'There is no such attachment.');
}
