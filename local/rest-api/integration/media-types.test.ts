import { expect, test } from 'vitest';
import type { ContentHandling } from '#local/rest-api/definition/api-definition.ts';
import { convertPayload, isBinary } from '#local/rest-api/integration/media-types.ts';

const bytes = Buffer.from([0x89, 0x50, 0xff]);
const encoded = Buffer.from(bytes.toString('base64'));

type Wants = Parameters<typeof convertPayload>[2];

test.each<[Wants, Buffer, boolean, ContentHandling | undefined, Buffer]>([
  // Requests keep what they are, unless the integration says otherwise.
  ['as-is', encoded, true, undefined, encoded],
  ['as-is', encoded, true, 'CONVERT_TO_BINARY', bytes],
  ['as-is', encoded, true, 'CONVERT_TO_TEXT', encoded],
  ['as-is', bytes, false, undefined, bytes],
  ['as-is', bytes, false, 'CONVERT_TO_BINARY', bytes],
  ['as-is', bytes, false, 'CONVERT_TO_TEXT', encoded],
  // Responses become what the client accepts.
  ['text', encoded, true, undefined, encoded],
  ['text', encoded, true, 'CONVERT_TO_BINARY', bytes],
  ['text', bytes, false, undefined, encoded],
  ['text', bytes, false, 'CONVERT_TO_BINARY', bytes],
  ['binary', encoded, true, undefined, bytes],
  ['binary', encoded, true, 'CONVERT_TO_TEXT', encoded],
  ['binary', bytes, false, undefined, bytes],
  ['binary', bytes, false, 'CONVERT_TO_TEXT', encoded],
])('for %s, %o with text=%s and %s becomes %o', (wants, body, isText, handling, expected) => {
  expect(convertPayload({ bytes: body, isText }, handling, wants).bytes).toEqual(expected);
});

test('a text that is no Base64 cannot become bytes', () => {
  const text = { bytes: Buffer.from('{"a":1}'), isText: true };
  expect(() => convertPayload(text, 'CONVERT_TO_BINARY', 'text')).toThrow(
    'Unable to base64 decode the body.',
  );
});

test('media types match with wildcards and without their parameters', () => {
  expect(isBinary('image/png; q=1', ['image/*'])).toBe(true);
  expect(isBinary('text/plain', ['*/*'])).toBe(true);
  expect(isBinary('text/plain', ['image/*', 'application/pdf'])).toBe(false);
  expect(isBinary('', ['image/png'])).toBe(false);
});
