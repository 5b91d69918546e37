import { isRecord } from '#local/wire/shape.ts';
import { toResponseHead, type ResponseHead } from '#local/lambda/invoke/streamed-response.ts';

export interface BufferedResponse {
  readonly head: ResponseHead;
  readonly body: Buffer;
}

const jsonHeaders = { 'content-type': ['application/json'] };

/**
 * Returns the HTTP response that a Function URL or an HTTP API makes of a function's result. An
 * object with a `statusCode` is interpreted; anything else becomes the body of a 200. Throws if the
 * status or a header is not valid in HTTP.
 */
export function toBufferedResponse(payload: Buffer): BufferedResponse {
  const value: unknown = JSON.parse(payload.toString('utf8'));
  if (!isRecord(value) || value['statusCode'] === undefined) {
    const body = typeof value === 'string' ? Buffer.from(value) : payload;
    return { head: { status: 200, headers: jsonHeaders }, body };
  }
  const { status, headers } = toResponseHead(value);
  const text = typeof value['body'] === 'string' ? value['body'] : '';
  const body = Buffer.from(text, value['isBase64Encoded'] === true ? 'base64' : 'utf8');
  return { body, head: { status, headers: { ...jsonHeaders, ...headers } } };
}
