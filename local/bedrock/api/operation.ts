import type { ErrorStatuses } from '#local/bedrock/server/bedrock-error.ts';
import type { BedrockCall } from '#local/bedrock/server/call-context.ts';

/** An operation of the local Bedrock. */
export interface BedrockOperation {
  /** The name in the service model. The journal and scenarios use it as well. */
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Matches the whole path, which is not decoded. Named groups become decoded parameters. */
  readonly path: RegExp;
  run(call: BedrockCall): Promise<void> | void;
  /** Whether no turn is answered. Scenarios can then only reject the request. */
  readonly answersWithoutModel?: boolean;
  /**
   * Whether API keys are rejected. Bedrock's are for the runtime and control plane, not for agents.
   */
  readonly requiresSignature?: boolean;
  /** The services that a signature can be scoped to. The default is `bedrock`. */
  readonly signingServices?: readonly string[];
  /** The statuses of errors, where the operation's service differs from Bedrock's runtime. */
  readonly errorStatuses?: ErrorStatuses;
}

/** Returns the query of a request. */
export function queryOf({ request }: BedrockCall): URLSearchParams {
  return new URLSearchParams(request.url.split('?')[1] ?? '');
}

/** Sends a JSON response and marks the request as completed. */
export function sendJson({ response, note }: BedrockCall, body: object): void {
  response.start(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
  note.outcome = 'completed';
}
