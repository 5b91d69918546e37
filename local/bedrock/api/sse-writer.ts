import type { AnswerEvent, ExceptionFault } from '#local/bedrock/turn/answer.ts';
import type { StreamWriter } from '#local/bedrock/turn/reply.ts';

export interface SseDoor {
  /** The events for one of the answer's; `event:` is written where one has a name. */
  say(event: AnswerEvent): readonly Said[];
  fail(code: string, message: string): Said;
  /** An event that no client knows. */
  readonly unknown: Said;
}

export interface Said {
  readonly event?: string;
  readonly data: object | string;
}

/** An answer as server-sent events, for the doors of OpenAI and Anthropic. */
export function createSseWriter({ say, fail, unknown }: SseDoor): StreamWriter {
  return {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
    write: (event) => say(event).map(encode),
    exception: ({ exception, message }: ExceptionFault) => encode(fail(exception, message)),
    error: (code, message) => encode(fail(code, message)),
    unknownEvent: () => encode(unknown),
  };
}

function encode({ event, data }: Said): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;
}
