import type { ContentHandling } from '#local/rest-api/definition/api-definition.ts';
import { configurationError } from '#local/rest-api/integration/mapping-error.ts';

/** A body, and whether it is text, which templates can map. */
export interface Payload {
  readonly bytes: Buffer;
  readonly isText: boolean;
}

/** Whether an API treats a media type as binary. In its list, `*` matches any type or subtype. */
export function isBinary(contentType: string, binaryMediaTypes: readonly string[]): boolean {
  const [type = '', subtype = ''] = mediaTypeOf(contentType).split('/');
  return binaryMediaTypes.some((media) => {
    const [binaryType, binarySubtype] = media.split('/');
    const isType = binaryType === '*' || binaryType === type;
    return isType && (binarySubtype === '*' || binarySubtype === subtype);
  });
}

/** Returns the media type of a content type, without its parameters. */
export function mediaTypeOf(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim();
}

/**
 * Converts the body of a request or response as the table of API Gateway says (developer guide,
 * "Content type conversions"). `wants` is what becomes of it without a content handling.
 */
export function convertPayload(
  { bytes, isText }: Payload,
  handling: ContentHandling | undefined,
  wants: 'text' | 'binary' | 'as-is',
): Payload {
  const target = handling === undefined ? wants : handlingTargets[handling];
  if (target === 'as-is' || (target === 'text') === isText) return { bytes, isText };
  if (target === 'text') return { bytes: Buffer.from(bytes.toString('base64')), isText: true };
  const encoded = bytes.toString('utf8');
  if (!/^[\w+/\s-]*={0,2}\s*$/u.test(encoded)) {
    throw configurationError('Unable to base64 decode the body.');
  }
  return { bytes: Buffer.from(encoded, 'base64'), isText: false };
}

const handlingTargets = { CONVERT_TO_TEXT: 'text', CONVERT_TO_BINARY: 'binary' } as const;
