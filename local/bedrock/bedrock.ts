import type { Engine } from '#local/wire/aws-exchange.ts';
import type { Pace } from '#local/bedrock/turn/answer.ts';
import { createEngine } from '#local/bedrock/server/engine.ts';
import type { Guardrail } from '#local/bedrock/guardrails/guardrail.ts';
import type { IdentityPolicy } from '#local/bedrock/server/identity.ts';
import { createJournal, type Journal, type JournalEntry } from '#local/bedrock/server/journal.ts';
import type { KnowledgeBase } from '#local/bedrock/knowledge/knowledge-base.ts';
import {
  findModelForDoor,
  type ModelFacts,
  type ModelPolicy,
} from '#local/bedrock/model/models.ts';
import { createPromptCache } from '#local/bedrock/model/prompt-cache.ts';
import { createQuotas, type Quota } from '#local/bedrock/model/quota.ts';
import type { Tape } from '#local/bedrock/recording/tape.ts';
import { createScenarioBook } from '#local/bedrock/scenarios/scenario-book.ts';
import type { Services, Source } from '#local/bedrock/server/call-context.ts';
import { simulate } from '#local/bedrock/simulated/simulate.ts';
import { realClock, type Clock } from '#local/process/clock.ts';

export interface BedrockOptions {
  readonly pace: Pace;
  readonly identity: IdentityPolicy;
  readonly region?: string;
  readonly clock?: Clock;
  /** Who answers; the simulated model where nobody else is named. */
  readonly source?: Source;
  /** Recordings, made or played. */
  readonly tape?: Tape | undefined;
  /** Whether models that AWS has switched off answer. */
  readonly servesEndedModels?: boolean;
  /** Whether a request may ask for a scenario by its metadata, a header or a marker. */
  readonly takesInlineScenarios?: boolean;
  readonly scenarios?: readonly unknown[];
  readonly guardrails?: readonly Guardrail[];
  readonly quota?: Quota;
  readonly knowledgeBases?: readonly KnowledgeBase[];
  /** Models that are not in the catalogue, each like one that is: `{ 'my.model': 'amazon.nova-lite-v1:0' }`. */
  readonly models?: Readonly<Record<string, string>>;
  /** Told of every request when it is answered. */
  readonly onRequest?: (entry: JournalEntry) => void;
  /** Streams carry padding unless this is false. */
  readonly pads?: boolean;
}

/** A local Bedrock, to be put behind a gateway. */
export interface Bedrock {
  readonly engine: Engine;
  readonly journal: Journal;
  /**
   * Has requests answered by a scenario, in the grammar of scenario files, from now on; those added
   * later are asked first. Gives what takes it away again. Throws for a scenario that is none.
   */
  on(scenario: unknown): () => void;
}

export const simulated: Source = {
  isLive: false,
  answer: (turn, { input }) => simulate(turn, input),
};

/** Makes a local Bedrock. Throws for a scenario that cannot be read. */
export function createBedrock(options: BedrockOptions): Bedrock {
  const clock = options.clock ?? realClock;
  const { knowledgeBases = [], scenarios = [] } = options;
  const services: Services = {
    clock,
    pace: options.pace,
    policy: toPolicy(options),
    region: options.region ?? 'us-east-1',
    journal: createJournal(options.onRequest),
    scenarios: createScenarioBook(scenarios),
    takesInline: options.takesInlineScenarios ?? false,
    quotas: createQuotas(clock),
    quota: options.quota ?? {},
    cache: createPromptCache(clock),
    guardrails: [...(options.guardrails ?? [])],
    knowledgeBases: new Map(knowledgeBases.map((base) => [base.id, base])),
    sessions: new Map(),
    pads: options.pads ?? true,
    source: options.source ?? simulated,
    tape: options.tape,
  };
  return {
    engine: createEngine(services, options.identity),
    journal: services.journal,
    on: (scenario) => services.scenarios.add(scenario),
  };
}

function toPolicy({
  models = {},
  servesEndedModels: servesEnded = false,
}: BedrockOptions): ModelPolicy {
  const policy = { servesEnded: true, aliases: new Map<string, ModelFacts>() };
  const aliases = Object.entries(models).map(([id, like]) => {
    return [id, { ...findModelForDoor(like, policy), id, hasEnded: false }] as const;
  });
  return { servesEnded, aliases: new Map(aliases) };
}
