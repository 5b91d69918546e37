import type { AnswerEvent, ExceptionFault } from '#local/bedrock/turn/answer.ts';
import type { StreamWriter } from '#local/bedrock/turn/reply.ts';

/** How an API renders the events of an answer as server-sent events. */
export interface SseFormat {
  /** Returns the messages for one event of the answer. */
  toMessages(event: AnswerEvent): readonly SseMessage[];
  /** Returns the message that reports an error. */
  toError(code: string, message: string): SseMessage;
  /** A message that no client recognizes. */
  readonly unknownMessage: SseMessage;
}

export interface SseMessage {
  /** Written as `event:`, if it is set. */
  readonly event?: string;
  readonly data: object | string;
}

/** Creates the writer of an answer as server-sent events, for the APIs of OpenAI and Anthropic. */
export function createSseWriter(format: SseFormat): StreamWriter {
  return {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    write: (event) => format.toMessages(event).map(encode),
    exception: ({ exception, message }: ExceptionFault) =>
      encode(format.toError(exception, message)),
    error: (code, message) => encode(format.toError(code, message)),
    unknownEvent: () => encode(format.unknownMessage),
  };
}

function encode({ event, data }: SseMessage): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}
