import { invalidParameter, notFoundError } from '#local/bedrock/api/openai/openai-error.ts';
import type { ChatMessages } from '#local/bedrock/api/openai/responses-request.ts';

/** A response that later requests can continue, retrieve and delete. */
export interface StoredResponse {
  readonly body: object;
  /** What the model was given and what it answered, without the instructions of its requests. */
  readonly conversation: ChatMessages;
  /** The messages of each item of the output, by the id of the item. */
  readonly items: ReadonlyMap<string, ChatMessages>;
}

export type ResponseStore = Map<string, StoredResponse>;

/** The oldest response is dropped when there are more. */
const maxResponses = 10_000;

/** Stores a response. */
export function storeResponse(store: ResponseStore, id: string, response: StoredResponse): void {
  store.delete(id);
  store.set(id, response);
  const [oldest] = store.size > maxResponses ? store.keys() : [];
  if (oldest !== undefined) store.delete(oldest);
}

/** Returns the conversation that a request continues. Throws OpenAI's error for an unknown id. */
export function previousConversation(store: ResponseStore, id: string | undefined): ChatMessages {
  if (id === undefined) return [];
  const previous = store.get(id);
  if (previous !== undefined) return previous.conversation;
  const message = `Previous response with id '${id}' not found.`;
  throw invalidParameter(message, 'previous_response_id', 'previous_response_not_found');
}

/** Returns a response. Throws OpenAI's error for an unknown id. */
export function requireResponse(store: ResponseStore, id: string): StoredResponse {
  const response = store.get(id);
  if (response === undefined) throw notFoundError(`Response with id '${id}' not found.`);
  return response;
}

/** Returns the messages of a stored item. Throws OpenAI's error for an unknown id. */
export function requireItem(store: ResponseStore, id: string): ChatMessages {
  for (const { items } of store.values()) {
    const messages = items.get(id);
    if (messages !== undefined) return messages;
  }
  throw notFoundError(`Item with id '${id}' not found.`);
}

/** Throws OpenAI's error if a tool call has no output, or an output no call. */
export function checkToolOutputs(conversation: ChatMessages): void {
  const open = new Set<string>();
  for (const { type, value } of conversation) {
    if (type === 'assistant') for (const { id } of value.tool_calls ?? []) open.add(id);
    if (type !== 'tool' || open.delete(value.tool_call_id)) continue;
    const id = value.tool_call_id;
    throw invalidParameter(
      `No tool call found for function call output with call_id ${id}.`,
      'input',
    );
  }
  const [id] = open;
  if (id === undefined) return;
  throw invalidParameter(`No tool output found for function call ${id}.`, 'input');
}
