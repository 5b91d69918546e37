import type { AnswerEvent, ExceptionFault } from '#local/bedrock/turn/answer.ts';
import type { WholeAnswer } from '#local/bedrock/turn/whole-answer.ts';

/** How an API sends an answer: rendered as a whole, or as a stream. */
export type Reply =
  | { readonly type: 'whole'; render(answer: WholeAnswer): WholeReply }
  | { readonly type: 'stream'; readonly writer: StreamWriter };

export interface WholeReply {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Encodes the events of one answer as the bytes of one API's stream. */
export interface StreamWriter {
  readonly headers: Readonly<Record<string, string>>;
  write(event: AnswerEvent): readonly (Uint8Array | string)[];
  /** Returns the bytes that report that the answer has failed. */
  exception(fault: ExceptionFault): Uint8Array | string;
  /** Returns the bytes of an error that is not in the service model. */
  error(code: string, message: string): Uint8Array | string;
  /** Returns the bytes of an event that no client recognizes. */
  unknownEvent(): Uint8Array | string;
}
