import * as v from 'valibot';
import type { ChatOptions } from '#domain/chat/chat-request.ts';
import type { ConversationChange } from '#domain/conversation/conversations.ts';
import { invalidRequest, withinField } from '#domain/errors.ts';
import { optionFields, toOptions } from '#protocol/chat/chat-options.ts';
import { titleText } from '#protocol/conversation/conversation-request.ts';
import { parseJsonObject, parseWith } from '#protocol/http/json-body.ts';
import { notArray } from '#protocol/http/not-array.ts';

const { model, system, inference, knowledge_base, agent, tools } = optionFields;
const { effort, thinking, service_tier, prompt_cache } = optionFields;

/** What a client chose for the messages of a conversation. */
export const settingsSchema = notArray(
  v.strictObject(
    {
      model,
      system,
      inference: v.optional(inference.wrapped),
      knowledge_base,
      agent,
      tools,
      effort,
      thinking,
      service_tier,
      prompt_cache,
    },
    'must be an object',
  ),
  'must be an object',
);

/** What an owner changes in a conversation. */
export const changeSchema = v.strictObject({
  title: v.optional(titleText),
  settings: v.optional(settingsSchema),
});

/** A change, and what the new settings mean in a chat request. */
export interface ParsedChange extends ConversationChange {
  readonly options?: ChatOptions | undefined;
}

/** Parses a change of a conversation. Throws `invalid_request`. */
export function parseConversationChange(body: string): ParsedChange {
  const { title, settings } = parseWith(changeSchema, parseJsonObject(body));
  if (settings === undefined) {
    if (title === undefined) throw invalidRequest('title', 'is required, or settings');
    return { title };
  }
  const fields = { ...settings, inference: settings.inference ?? {} };
  return { title, settings, options: withinField('settings', () => toOptions(fields)) };
}
