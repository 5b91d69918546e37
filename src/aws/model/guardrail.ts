import type { ConverseClient } from '#aws/bedrock/converse-client.ts';
import type { ServiceTier } from '#domain/model-settings.ts';

/** A guardrail of Bedrock, which checks what models are sent and what they answer. */
export interface Guardrail {
  readonly id: string;
  /** A number, or `DRAFT`. */
  readonly version: string;
}

/** What a deployment sets for all calls to its models. */
export interface CallSettings {
  readonly guardrail?: Guardrail | undefined;
  /** Absent for the standard one. */
  readonly serviceTier?: ServiceTier | undefined;
}

/**
 * Returns a client whose models are guarded. Without a guardrail, that is the client itself. Answers
 * are checked before they are emitted, which is Bedrock's default.
 */
export function withGuardrail(
  client: ConverseClient,
  guardrail: Guardrail | undefined,
): ConverseClient {
  if (guardrail === undefined) return client;
  const { id: guardrailIdentifier, version: guardrailVersion } = guardrail;
  const guardrailConfig = { guardrailIdentifier, guardrailVersion };
  return { stream: (input, signal) => client.stream({ ...input, guardrailConfig }, signal) };
}
