import type { BedrockError } from '#local/bedrock/server/bedrock-error.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';

/** Something that can be asked of the local Bedrock. */
export interface BedrockOperation {
  /** As the service model calls it; the journal and scenarios do so too. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The whole path, not decoded; named groups are handed on decoded. */
  readonly path: RegExp;
  run(call: BedrockCall): Promise<void> | void;
  /** Whether it is answered without a turn, of which scenarios know more. */
  readonly answersWithoutModel?: boolean;
  /** Bedrock's API keys are for the runtime and the control plane, not for agents. */
  readonly requiresSignature?: boolean;
  /** The context that a signature may be for: `bedrock`, unless others are named. */
  readonly signingServices?: readonly string[];
  /** The body of an error; AWS's own where nothing is said. */
  readonly errorBody?: (error: BedrockError, requestId: string) => object;
}

/** Answers with JSON. */
export function sendJson({ response, note }: BedrockCall, body: object): void {
  response.start(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
  note.outcome = 'completed';
}
