import { maxMessageLength } from '#protocol/conversation/message-text.ts';
import * as v from 'valibot';
import { identifier } from '#protocol/http/identifier.ts';
import { invalid, parseWith, parseJsonObject } from '#protocol/http/json-body.ts';

export interface LangChainRequest {
  readonly text: string;
  /** Absent for a session that begins. */
  readonly sessionId?: string;
}

const words = v.pipe(
  v.string('must be a string'),
  v.maxLength(maxMessageLength, `must be at most ${maxMessageLength} characters`),
  v.regex(/\S/u, 'must not be blank'),
);

const posted = v.strictObject({ prompt: words, session_id: v.optional(identifier) });
const asked = v.object({ input_text: words, session_id: v.optional(identifier) });

/** Reads a body, `{"prompt","session_id"?}`. Throws `invalid_request` that names the field. */
export function parseLangChainPost(body: string): LangChainRequest {
  const { prompt, session_id: sessionId } = parseWith(posted, parseJsonObject(body));
  return toRequest(prompt, sessionId);
}

/** Reads a query or a direct event, `{"input_text","session_id"?}`. Throws `invalid_request`. */
export function parseLangChainInput(input: unknown): LangChainRequest {
  if (typeof input !== 'object' || input === null) throw invalid('input_text: is required');
  const { input_text: text, session_id: sessionId } = parseWith(asked, input);
  return toRequest(text, sessionId);
}

function toRequest(text: string, sessionId: string | undefined): LangChainRequest {
  return sessionId === undefined ? { text } : { text, sessionId };
}
