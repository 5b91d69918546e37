import { isIdentifier } from '#domain/identifier.ts';
import * as v from 'valibot';
import {
  documentFormats,
  maxDocumentBytes,
  type DocumentFormat,
} from '#domain/document/document.ts';
import { ChatError, invalidRequest } from '#domain/errors.ts';
import { parseWith, parseJsonObject } from '#protocol/http/json-body.ts';

/** A document as a text, or as a file that the caller uploads. */
export type DocumentRequest =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'upload';
      readonly name: string;
      readonly format: DocumentFormat;
      /** In bytes; absent if the caller does not state it. */
      readonly size?: number;
    };

/** API Gateway limits the size of a request to some megabytes. Larger texts are uploaded. */
const maxTextLength = 1_000_000;
/** The model gets the whole text of an analysis in one request. */
const maxAnalysisLength = 100_000;

const textUpTo = (max: number) =>
  v.pipe(
    v.string('must be a string'),
    v.maxLength(max, `must be at most ${max} characters`),
    v.regex(/\S/u, 'must not be blank'),
  );

const inline = v.strictObject({ text: textUpTo(maxTextLength) });
const sizeRule = `must be a whole number from 1 to ${maxDocumentBytes}`;
const nameRule = 'must be a file name of at most 200 characters';
const upload = v.strictObject({
  name: v.pipe(
    v.string('must be a string'),
    // This pattern is in the OpenAPI document and works in all languages. The other check does not.
    v.regex(/^[^/\\]{1,200}$/u, nameRule),
    v.check((name) => !/\p{Cc}/u.test(name), nameRule),
  ),
  size: v.optional(
    v.pipe(
      v.number(sizeRule),
      v.integer(sizeRule),
      v.minValue(1, sizeRule),
      v.maxValue(maxDocumentBytes, sizeRule),
    ),
  ),
});
/** A text to analyse. */
export const analysisSchema = v.strictObject({ text: textUpTo(maxAnalysisLength) });

/** A text, or the name of a file to upload. */
export const documentSchema = v.union([inline, upload]);

/** Parses `{"text"}` or `{"name","size"?}`. Throws `invalid_request` that names the field. */
export function parseDocumentRequest(body: string): DocumentRequest {
  const json = parseJsonObject(body);
  if ('text' in json && 'name' in json) {
    throw invalidRequest('name', 'cannot be set together with text');
  }
  if ('text' in json) return { type: 'text', text: parseWith(inline, json).text };
  if (!('name' in json)) throw invalidRequest('text', 'is required, or name for an upload');
  const { name, size: bytes } = parseWith(upload, json);
  const format = formatOf(name);
  return { type: 'upload', name, format, ...(bytes === undefined ? {} : { size: bytes }) };
}

/** Parses `{"text"}` of an analysis. Throws `invalid_request` that names the field. */
export function parseAnalysisRequest(body: string): string {
  return parseWith(analysisSchema, parseJsonObject(body)).text;
}

const otherExtensions: Readonly<Record<string, DocumentFormat>> = { htm: 'html', markdown: 'md' };

function formatOf(name: string): DocumentFormat {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const standard = Object.hasOwn(otherExtensions, extension)
    ? otherExtensions[extension]
    : extension;
  const format = documentFormats.find((each) => each === standard);
  if (format !== undefined) return format;
  const extensions = documentFormats.map((each) => `.${each}`).join(', ');
  throw invalidRequest('name', `must end with one of ${extensions}`);
}

/** Returns the document id from a path. Throws `not_found` if no document can have it. */
export function parseDocumentId(segment: string): string {
  if (isIdentifier(segment)) return segment;
  throw unknownDocument();
}

/** Returns the error for a document that does not exist. */
export function unknownDocument(): ChatError {
  return new ChatError('not_found', 'There is no such document.');
}
