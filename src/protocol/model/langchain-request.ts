import { invalidRequest } from '#domain/errors.ts';
import { messageTextSchema } from '#protocol/conversation/message-text.ts';
import * as v from 'valibot';
import { identifier } from '#protocol/http/identifier.ts';
import { parseWith, parseJsonObject } from '#protocol/http/json-body.ts';

/** A message to the LangChain function. */
export interface LangChainRequest {
  readonly text: string;
  /** Absent for a new session. */
  readonly sessionId?: string;
}

const postSchema = v.strictObject({
  prompt: messageTextSchema,
  session_id: v.optional(identifier),
});
const inputSchema = v.object({
  input_text: messageTextSchema,
  session_id: v.optional(identifier),
});

/** Parses a body, `{"prompt","session_id"?}`. Throws `invalid_request` that names the field. */
export function parseLangChainPost(body: string): LangChainRequest {
  const { prompt, session_id: sessionId } = parseWith(postSchema, parseJsonObject(body));
  return toRequest(prompt, sessionId);
}

/** Parses a query or a direct event, `{"input_text","session_id"?}`. Throws `invalid_request`. */
export function parseLangChainInput(input: unknown): LangChainRequest {
  if (typeof input !== 'object' || input === null) {
    throw invalidRequest('input_text', 'is required');
  }
  const { input_text: text, session_id: sessionId } = parseWith(inputSchema, input);
  return toRequest(text, sessionId);
}

const keyedSchema = v.object({ idempotency_key: v.optional(v.string('must be a string')) });

/** Returns the idempotency key of a direct event, which has no headers. Throws `invalid_request`. */
export function parseIdempotencyKey(event: unknown): string | undefined {
  if (typeof event !== 'object' || event === null) return undefined;
  return parseWith(keyedSchema, event).idempotency_key;
}

function toRequest(text: string, sessionId: string | undefined): LangChainRequest {
  return sessionId === undefined ? { text } : { text, sessionId };
}
