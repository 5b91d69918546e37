import { createHash } from 'node:crypto';
import {
  readScenario,
  type Behaviour,
  type Match,
  type Scenario,
} from '#local/bedrock/scenarios/scenario.ts';

/** The facts about a request by which a scenario is selected. */
export interface RequestFacts {
  readonly operation: string;
  readonly modelId: string;
  readonly userText: string;
  readonly systemText: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** The number of tool results since the user's last message. */
  readonly toolRounds: number;
}

/** A scenario that applies to a request. */
export interface AppliedScenario {
  readonly name: string;
  readonly behaviour: Behaviour;
  /** How often this behaviour was applied to this conversation before. */
  readonly timesApplied: number;
}

/** The scenarios of a local Bedrock. */
export interface ScenarioBook {
  /**
   * Adds a scenario, which takes precedence over earlier ones. Returns a function that removes it.
   * Throws if the definition is invalid.
   */
  add(definition: unknown): () => void;
  /** Returns the definitions of all scenarios. */
  all(): readonly unknown[];
  /** Returns the scenario for a request, if any, and counts it as applied. */
  select(facts: RequestFacts, inline?: Scenario): AppliedScenario | undefined;
  clear(): void;
  /** Removes the scenarios with a name. */
  remove(name: string): void;
  /** Restores the initial scenarios, with their counts at zero. */
  reset(): void;
}

interface Entry {
  readonly definition: unknown;
  readonly scenario: Scenario;
  /** The number of requests that matched, for `match.call`. */
  calls: number;
  /** How often each step was applied to each conversation. */
  readonly counts: Map<string, number>;
}

/** Limits the conversations that are counted for a scenario, and the inline scenarios. */
const maxEntries = 10_000;

/** Creates a book from scenario definitions. Throws if one is invalid. */
export function createScenarioBook(initial: readonly unknown[] = []): ScenarioBook {
  const initialEntries = (): Entry[] =>
    initial.map((definition, index) =>
      createEntry(definition, readScenario(definition, `scenarios.${index}`)),
    );
  let entries = initialEntries();
  let inlineEntries = new Map<string, Entry>();
  const inlineEntry = (scenario: Scenario): Entry => {
    const key = JSON.stringify(scenario);
    const entry = inlineEntries.get(key) ?? createEntry(scenario, scenario);
    inlineEntries.set(key, entry);
    dropOldest(inlineEntries);
    return entry;
  };
  const findEntry = (facts: RequestFacts): Entry | undefined => {
    for (const entry of entries) {
      if (!isMatch(entry.scenario.match ?? {}, facts)) continue;
      entry.calls += 1;
      if ([undefined, entry.calls].includes(entry.scenario.match?.call)) return entry;
    }
    return undefined;
  };
  return {
    add(definition) {
      const entry = createEntry(definition, readScenario(definition, 'scenario'));
      entries.unshift(entry);
      return () => {
        entries = entries.filter((other) => other !== entry);
      };
    },
    all: () => entries.map(({ definition }) => definition),
    select(facts, inline) {
      const entry = inline === undefined ? findEntry(facts) : inlineEntry(inline);
      return entry === undefined ? undefined : applyEntry(entry, facts);
    },
    clear() {
      entries = [];
      inlineEntries = new Map();
    },
    remove(name) {
      entries = entries.filter(({ scenario }) => scenario.name !== name);
    },
    reset() {
      entries = initialEntries();
      inlineEntries = new Map();
    },
  };
}

function createEntry(definition: unknown, scenario: Scenario): Entry {
  return { definition, scenario, calls: 0, counts: new Map() };
}

function applyEntry({ scenario, counts }: Entry, facts: RequestFacts): AppliedScenario {
  const key = conversationKey(facts);
  const timesApplied = counts.get(key) ?? 0;
  counts.set(key, timesApplied + 1);
  dropOldest(counts);
  const behaviour = behaviourAt(scenario, facts.toolRounds);
  return { name: scenario.name ?? memberNames(behaviour), behaviour, timesApplied };
}

/** A scenario without a name is named after its members. */
function memberNames(behaviour: Behaviour): string {
  return Object.keys(behaviour)
    .filter((member) => member !== 'match' && member !== 'next')
    .join(' ');
}

function dropOldest(map: Map<string, unknown>): void {
  const [oldest] = map.size > maxEntries ? map.keys() : [];
  if (oldest !== undefined) map.delete(oldest);
}

/** A conversation moves to the scenario's next step with each tool result. */
function behaviourAt(scenario: Scenario, toolRounds: number): Behaviour {
  if (toolRounds === 0 || scenario.next === undefined) return scenario;
  return scenario.next[Math.min(toolRounds, scenario.next.length) - 1] ?? scenario;
}

function conversationKey({ userText, systemText, toolRounds }: RequestFacts): string {
  const parts = JSON.stringify([userText, systemText, toolRounds]);
  return createHash('sha256').update(parts).digest('hex');
}

function isMatch(match: Match, facts: RequestFacts): boolean {
  const { operation, modelId, userText, systemText, headers, metadata } = facts;
  return (
    matchesGlob(operation, match.operation) &&
    matchesGlob(modelId, match.model) &&
    containsText(userText, match.text) &&
    containsText(systemText, match.system) &&
    Object.entries(match.header ?? {}).every(([name, value]) =>
      matchesGlob(String(headers[name.toLowerCase()] ?? ''), value),
    ) &&
    Object.entries(match.metadata ?? {}).every(([name, value]) =>
      matchesGlob(metadata[name] ?? '', value),
    )
  );
}

/** `*` matches any text. Case is ignored. */
function matchesGlob(value: string, glob: string | undefined): boolean {
  if (glob === undefined) return true;
  const parts = glob.split('*').map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('[^]*')}$`, 'iu').test(value);
}

/** A pattern between slashes is a regular expression. Any other is searched for as it is. */
function containsText(text: string, pattern: string | undefined): boolean {
  if (pattern === undefined) return true;
  const [, expression] = /^\/(.+)\/$/u.exec(pattern) ?? [];
  if (expression !== undefined) return new RegExp(expression, 'iu').test(text);
  return text.toLowerCase().includes(pattern.toLowerCase());
}
