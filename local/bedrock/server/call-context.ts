import type { AwsRequest, AwsResponse } from '#local/wire/aws-exchange.ts';
import type { InputUsage, Pace, SourceEvents, Usage } from '#local/bedrock/turn/answer.ts';
import type { Guardrail } from '#local/bedrock/guardrails/guardrail.ts';
import type { Identity, Journal } from '#local/bedrock/server/journal.ts';
import type { ModelPolicy } from '#local/bedrock/model/models.ts';
import type { PromptCache } from '#local/bedrock/model/prompt-cache.ts';
import type { Quota, Quotas } from '#local/bedrock/model/quota.ts';
import type { Tape } from '#local/bedrock/recording/tape.ts';
import type { ResponseStore } from '#local/bedrock/api/openai/stored-responses.ts';
import type { ScenarioBook } from '#local/bedrock/scenarios/scenario-book.ts';
import type { ModelTurn, TurnMessage } from '#local/bedrock/turn/turn.ts';
import type { KnowledgeBase } from '#local/bedrock/knowledge/knowledge-base.ts';
import type { Clock } from '#local/process/clock.ts';

/** The settings and the state of one local Bedrock. All of its operations share them. */
export interface BedrockContext {
  readonly clock: Clock;
  readonly pace: Pace;
  readonly policy: ModelPolicy;
  /** The names of the rules of models that apply although they are off by default. */
  readonly enabledRules: ReadonlySet<string>;
  readonly region: string;
  readonly journal: Journal;
  readonly scenarios: ScenarioBook;
  /** Whether a request can bring its own scenario. */
  readonly allowsInlineScenarios: boolean;
  readonly quotas: Quotas;
  readonly quota: Quota;
  readonly cache: PromptCache;
  readonly guardrails: Guardrail[];
  readonly knowledgeBases: ReadonlyMap<string, KnowledgeBase>;
  /** The messages of each session with an agent or a knowledge base, by session key. */
  readonly sessions: Map<string, readonly TurnMessage[]>;
  /** The stored responses of OpenAI's API, by id. */
  readonly responses: ResponseStore;
  /** Whether stream events carry padding. */
  readonly padsEvents: boolean;
  readonly source: Source;
  /** Answers requests before the source does, if there is one. */
  readonly tape?: Tape | undefined;
}

/** What produces answers: the simulated model, or a real one. */
export interface Source {
  /** Whether answers take real time. Latency is then measured and not computed. */
  readonly isLive: boolean;
  answer(turn: ModelTurn, context: AnswerContext): SourceEvents;
}

export interface AnswerContext {
  /** The model id as in the request, including the inference profile. */
  readonly modelId: string;
  readonly input: InputUsage;
  readonly signal: AbortSignal;
}

/** One request to the local Bedrock, while it is answered. */
export interface BedrockCall {
  readonly context: BedrockContext;
  readonly request: AwsRequest;
  readonly response: AwsResponse;
  readonly identity: Identity;
  /** When the request arrived, by the clock of the context. */
  readonly startedAt: number;
  /** The decoded parameters of the path. */
  readonly params: Readonly<Record<string, string>>;
  readonly note: JournalNote;
}

/** What the journal will record about a request. It is filled in while the request is answered. */
export interface JournalNote {
  operation: string;
  modelId?: string;
  scenario?: string;
  prompt?: string;
  metadata?: Readonly<Record<string, string>>;
  usage?: Usage;
  tokensGenerated?: number;
  firstByteMs?: number;
  /** The status that a remote Bedrock returned, if one answered the request. */
  status?: number;
  outcome: 'completed' | 'refused' | 'faulted' | 'client_cancelled';
}
