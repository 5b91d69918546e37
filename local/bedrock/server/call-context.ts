import type { AwsRequest, AwsResponse } from '#local/wire/aws-exchange.ts';
import type { Answering, InputUsage, Pace, Usage } from '#local/bedrock/turn/answer.ts';
import type { Guardrail } from '#local/bedrock/guardrails/guardrail.ts';
import type { Identity, Journal } from '#local/bedrock/server/journal.ts';
import type { ModelPolicy } from '#local/bedrock/model/models.ts';
import type { PromptCache } from '#local/bedrock/model/prompt-cache.ts';
import type { Quota, Quotas } from '#local/bedrock/model/quota.ts';
import type { Tape } from '#local/bedrock/recording/tape.ts';
import type { ScenarioBook } from '#local/bedrock/scenarios/scenario-book.ts';
import type { ModelTurn, TurnMessage } from '#local/bedrock/turn/turn.ts';
import type { KnowledgeBase } from '#local/bedrock/knowledge/knowledge-base.ts';
import type { Clock } from '#local/process/clock.ts';

/** What every operation of one local Bedrock shares. */
export interface Services {
  readonly clock: Clock;
  readonly pace: Pace;
  readonly policy: ModelPolicy;
  readonly region: string;
  readonly journal: Journal;
  readonly scenarios: ScenarioBook;
  /** Whether a request itself may ask for a scenario. */
  readonly takesInline: boolean;
  readonly quotas: Quotas;
  readonly quota: Quota;
  readonly cache: PromptCache;
  readonly guardrails: Guardrail[];
  readonly knowledgeBases: ReadonlyMap<string, KnowledgeBase>;
  /** What was said in sessions of agents and knowledge bases. */
  readonly sessions: Map<string, readonly TurnMessage[]>;
  /** Whether streams carry padding. */
  readonly pads: boolean;
  readonly source: Source;
  /** What answers before the source does, where there is such a thing. */
  readonly tape?: Tape | undefined;
}

/** Who answers. */
export interface Source {
  /** Whether answers take their own time, which is then measured. */
  readonly isLive: boolean;
  answer(turn: ModelTurn, asking: Asking): Answering;
}

export interface Asking {
  /** The model as the request names it, inference profile included. */
  readonly modelId: string;
  readonly input: InputUsage;
  readonly signal: AbortSignal;
}

/** One request on its way through. */
export interface Call {
  readonly services: Services;
  readonly request: AwsRequest;
  readonly response: AwsResponse;
  readonly identity: Identity;
  /** When it came in, by the clock. */
  readonly startedAt: number;
  /** What the path names, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** What the journal is to say of it. */
  readonly note: Note;
}

/** Filled in while a request is answered. */
export interface Note {
  operation: string;
  modelId?: string;
  scenario?: string;
  prompt?: string;
  metadata?: Readonly<Record<string, string>>;
  usage?: Usage;
  tokensGenerated?: number;
  firstByteMs?: number;
  /** Where another than this Bedrock has answered: the status it gave. */
  status?: number;
  outcome: 'completed' | 'refused' | 'faulted' | 'client_cancelled';
}
