import type { Engine } from '#local/wire/aws-exchange.ts';
import type { Pace } from '#local/bedrock/turn/answer.ts';
import { createEngine } from '#local/bedrock/server/engine.ts';
import type { Guardrail } from '#local/bedrock/guardrails/guardrail.ts';
import type { IdentityPolicy } from '#local/bedrock/server/identity.ts';
import { createJournal, type Journal, type JournalEntry } from '#local/bedrock/server/journal.ts';
import type { KnowledgeBase } from '#local/bedrock/knowledge/knowledge-base.ts';
import { asModel } from '#local/bedrock/model/family.ts';
import { findTextModel, type ModelPolicy } from '#local/bedrock/model/models.ts';
import { createPromptCache } from '#local/bedrock/model/prompt-cache.ts';
import { createQuotas, type Quota } from '#local/bedrock/model/quota.ts';
import type { Tape } from '#local/bedrock/recording/tape.ts';
import { createScenarioBook } from '#local/bedrock/scenarios/scenario-book.ts';
import { readEnabledRules } from '#local/bedrock/rules/model-rules.ts';
import type { BedrockContext, Source } from '#local/bedrock/server/call-context.ts';
import { simulate } from '#local/bedrock/simulated/simulate.ts';
import { realClock, type Clock } from '#local/process/clock.ts';

export interface BedrockOptions {
  readonly pace: Pace;
  readonly identity: IdentityPolicy;
  readonly region?: string;
  readonly clock?: Clock;
  /** What produces the answers. The default is the simulated model. */
  readonly source?: Source;
  /** Records the requests of a real Bedrock, or replays such recordings. */
  readonly tape?: Tape | undefined;
  /** Whether models that AWS has retired still answer. */
  readonly servesEndedModels?: boolean;
  /** Whether a model id that is not in the catalogue is refused (the default), or answers like its family. */
  readonly unknownModels?: 'refuse' | 'family';
  /** The names of the rules of models that apply although they are off by default. */
  readonly enabledRules?: readonly string[];
  /** Ids of models that the account has no access to. */
  readonly modelsWithoutAccess?: readonly string[];
  /** Whether a request can bring its own scenario, in its metadata, a header or a marker. */
  readonly allowsInlineScenarios?: boolean;
  readonly scenarios?: readonly unknown[];
  readonly guardrails?: readonly Guardrail[];
  readonly quota?: Quota;
  readonly knowledgeBases?: readonly KnowledgeBase[];
  /**
   * Models that are not in the catalogue, and application inference profiles. Each maps a new id,
   * or the ARN of a profile, to the catalogue model that it copies:
   * `{ 'my.model': 'amazon.nova-lite-v1:0' }`.
   */
  readonly models?: Readonly<Record<string, string>>;
  /** Called once for each request, after it was answered. */
  readonly onRequest?: (entry: JournalEntry) => void;
  /** Whether stream events carry padding. The default is true. */
  readonly padsEvents?: boolean;
}

/** A local Bedrock, to be served by a gateway. */
export interface Bedrock {
  readonly engine: Engine;
  readonly journal: Journal;
  /**
   * Adds a scenario, in the format of scenario files. The scenario added last is tried first.
   * Returns a function that removes it. Throws if the scenario is invalid.
   */
  on(scenario: unknown): () => void;
}

/** The default source: the simulated model. */
export const simulated: Source = {
  isLive: false,
  answer: (turn, { input }) => simulate(turn, input),
};

/** Creates a local Bedrock. Throws if a scenario is invalid or a model id is unknown. */
export function createBedrock(options: BedrockOptions): Bedrock {
  const clock = options.clock ?? realClock;
  const { knowledgeBases = [], scenarios = [] } = options;
  const context: BedrockContext = {
    clock,
    pace: options.pace,
    policy: toPolicy(options),
    enabledRules: readEnabledRules(options.enabledRules ?? []),
    region: options.region ?? 'us-east-1',
    journal: createJournal(options.onRequest),
    scenarios: createScenarioBook(scenarios),
    allowsInlineScenarios: options.allowsInlineScenarios ?? false,
    quotas: createQuotas(clock),
    quota: options.quota ?? {},
    cache: createPromptCache(clock),
    guardrails: [...(options.guardrails ?? [])],
    knowledgeBases: new Map(knowledgeBases.map((base) => [base.id, base])),
    sessions: new Map(),
    responses: new Map(),
    padsEvents: options.padsEvents ?? true,
    source: options.source ?? simulated,
    tape: options.tape,
  };
  return {
    engine: createEngine(context, options.identity),
    journal: context.journal,
    on: (scenario) => context.scenarios.add(scenario),
  };
}

function toPolicy({
  models = {},
  servesEndedModels: servesEnded = false,
  modelsWithoutAccess = [],
  unknownModels = 'refuse',
}: BedrockOptions): ModelPolicy {
  const withoutAccess = new Set(modelsWithoutAccess);
  const policy: ModelPolicy = {
    servesEnded: true,
    aliases: new Map(),
    withoutAccess: new Set(),
    unknownModels: 'refuse',
  };
  const aliases = Object.entries(models).map(([id, like]) => {
    return [id, asModel(id, findTextModel(like, policy))] as const;
  });
  return { servesEnded, aliases: new Map(aliases), withoutAccess, unknownModels };
}
