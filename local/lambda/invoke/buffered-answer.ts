import { isRecord } from '#local/wire/shape.ts';
import { toHead, type AnswerHead } from '#local/lambda/invoke/streamed-answer.ts';

export interface WholeAnswer {
  readonly head: AnswerHead;
  readonly body: Buffer;
}

const jsonHeaders = { 'content-type': ['application/json'] };

/**
 * The HTTP answer that a function's result means to a Function URL or an HTTP API: an object with
 * a status is told apart, and everything else is the body of a 200. Throws for a status or header
 * that HTTP does not have.
 */
export function toWholeAnswer(payload: Buffer): WholeAnswer {
  const value: unknown = JSON.parse(payload.toString('utf8'));
  if (!isRecord(value) || value['statusCode'] === undefined) {
    const body = typeof value === 'string' ? Buffer.from(value) : payload;
    return { head: { status: 200, headers: jsonHeaders }, body };
  }
  const { status, headers } = toHead(value);
  const text = typeof value['body'] === 'string' ? value['body'] : '';
  const body = Buffer.from(text, value['isBase64Encoded'] === true ? 'base64' : 'utf8');
  return { body, head: { status, headers: { ...jsonHeaders, ...headers } } };
}
