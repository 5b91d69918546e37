import { isIdentifier } from '#domain/identifier.ts';
import * as v from 'valibot';
import {
  documentFormats,
  maxDocumentBytes,
  type DocumentFormat,
} from '#domain/document/document.ts';
import { ChatError } from '#domain/errors.ts';
import { invalid, parseWith, parseJsonObject } from '#protocol/http/json-body.ts';

export type DocumentRequest =
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'upload';
      readonly name: string;
      readonly format: DocumentFormat;
      /** In bytes, where the caller says it. */
      readonly size?: number;
    };

/** A request to API Gateway is at most some megabytes; larger texts are uploaded. */
const maxTextLength = 1_000_000;
/** A text whose sentiment is asked is shown to a model whole. */
const maxAnalysisLength = 100_000;

const words = (max: number) =>
  v.pipe(
    v.string('must be a string'),
    v.maxLength(max, `must be at most ${max} characters`),
    v.regex(/\S/u, 'must not be blank'),
  );

const inline = v.strictObject({ text: words(maxTextLength) });
const size = `must be a whole number from 1 to ${maxDocumentBytes}`;
const notName = 'must be a file name of at most 200 characters';
const upload = v.strictObject({
  name: v.pipe(
    v.string('must be a string'),
    // What readers of the OpenAPI document in all languages understand; the rest is checked here.
    v.regex(/^[^/\\]{1,200}$/u, notName),
    v.check((name) => !/\p{Cc}/u.test(name), notName),
  ),
  size: v.optional(
    v.pipe(
      v.number(size),
      v.integer(size),
      v.minValue(1, size),
      v.maxValue(maxDocumentBytes, size),
    ),
  ),
});
/** A text to be analysed. */
export const analysisSchema = v.strictObject({ text: words(maxAnalysisLength) });

/** A text, or the name of a file to come. */
export const documentSchema = v.union([inline, upload]);

/** Reads `{"text"}` or `{"name","size"?}`. Throws `invalid_request` that names the field. */
export function parseDocumentRequest(body: string): DocumentRequest {
  const json = parseJsonObject(body);
  if ('text' in json && 'name' in json) throw invalid('name: give either text or this, not both');
  if ('text' in json) return { type: 'text', text: parseWith(inline, json).text };
  if (!('name' in json)) throw invalid('text: is required, or name for an upload');
  const { name, size: bytes } = parseWith(upload, json);
  const format = formatIn(name);
  return { type: 'upload', name, format, ...(bytes === undefined ? {} : { size: bytes }) };
}

/** Reads `{"text"}` of an analysis. Throws `invalid_request` that names the field. */
export function parseAnalysisRequest(body: string): string {
  return parseWith(analysisSchema, parseJsonObject(body)).text;
}

const spellings: Readonly<Record<string, DocumentFormat>> = { htm: 'html', markdown: 'md' };

function formatIn(name: string): DocumentFormat {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const spelt = Object.hasOwn(spellings, extension) ? spellings[extension] : extension;
  const format = documentFormats.find((known) => known === spelt);
  if (format !== undefined) return format;
  throw invalid(`name: must end with one of ${documentFormats.map((one) => `.${one}`).join(', ')}`);
}

/** The id in a path. One that cannot exist is unknown, like any other. */
export function parseDocumentId(segment: string): string {
  if (isIdentifier(segment)) return segment;
  throw unknownDocument();
}

export function unknownDocument(): ChatError {
  return new ChatError('not_found', 'There is no such document.');
}
