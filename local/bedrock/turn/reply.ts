import type { AnswerEvent, ExceptionFault } from '#local/bedrock/turn/answer.ts';
import type { ModelTurn } from '#local/bedrock/turn/turn.ts';
import type { WholeAnswer } from '#local/bedrock/turn/whole-answer.ts';

/** What a door made of a request, and how it says the answer. */
export interface Asked {
  readonly turn: ModelTurn;
  readonly reply: Reply;
}

export type Reply =
  | { readonly type: 'whole'; render(answer: WholeAnswer): WholeReply }
  | { readonly type: 'stream'; readonly writer: StreamWriter };

export interface WholeReply {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Turns the events of one answer into the bytes of one door. */
export interface StreamWriter {
  readonly headers: Readonly<Record<string, string>>;
  write(event: AnswerEvent): readonly (Uint8Array | string)[];
  /** The bytes with which the door says that the answer has failed. */
  exception(fault: ExceptionFault): Uint8Array | string;
  /** An error that the service model does not have. */
  error(code: string, message: string): Uint8Array | string;
  /** An event that no client knows. */
  unknownEvent(): Uint8Array | string;
}
