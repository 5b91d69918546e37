import { createHash } from 'node:crypto';
import {
  readScenario,
  type Behaviour,
  type Match,
  type Scenario,
} from '#local/bedrock/scenarios/scenario.ts';

/** What of a request a scenario can be chosen by. */
export interface Situation {
  readonly operation: string;
  readonly modelId: string;
  readonly userText: string;
  readonly systemText: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly metadata: Readonly<Record<string, string>>;
  /** How often a tool has answered since the user last said something. */
  readonly toolRounds: number;
}

/** A scenario that applies to a request. */
export interface Chosen {
  readonly name: string;
  readonly behaviour: Behaviour;
  /** How often this behaviour has already been shown to this conversation. */
  readonly seen: number;
}

export interface ScenarioBook {
  /**
   * Adds a scenario, as it was written; those added later are asked first. Gives what takes it away
   * again. Throws for one that cannot be read.
   */
  add(written: unknown): () => void;
  /** All of them, as they were written. */
  all(): readonly unknown[];
  /** The scenario for a request, which counts as shown from now on. */
  choose(situation: Situation, inline?: Scenario): Chosen | undefined;
  clear(): void;
  /** Goes back to the scenarios it began with, none of them shown yet. */
  reset(): void;
}

interface Entry {
  readonly written: unknown;
  readonly scenario: Scenario;
  calls: number;
  /** How often each conversation has been shown each step. */
  readonly shown: Map<string, number>;
}

/** So many conversations are remembered of a scenario. */
const mostShown = 10_000;

/** A book that begins with some scenarios, as they were written. Throws for one that is none. */
export function createScenarioBook(initial: readonly unknown[] = []): ScenarioBook {
  const begin = (): Entry[] =>
    initial.map((written, index) => toEntry(written, readScenario(written, `scenarios.${index}`)));
  let entries = begin();
  let inlines = new Map<string, Entry>();
  const inlineEntry = (scenario: Scenario): Entry => {
    const key = JSON.stringify(scenario);
    const entry = inlines.get(key) ?? toEntry(scenario, scenario);
    inlines.set(key, entry);
    dropOldest(inlines);
    return entry;
  };
  const find = (situation: Situation): Entry | undefined => {
    for (const entry of entries) {
      if (!fits(entry.scenario.match ?? {}, situation)) continue;
      entry.calls += 1;
      if ([undefined, entry.calls].includes(entry.scenario.match?.call)) return entry;
    }
    return undefined;
  };
  return {
    add(written) {
      const entry = toEntry(written, readScenario(written, 'scenario'));
      entries.unshift(entry);
      return () => {
        entries = entries.filter((other) => other !== entry);
      };
    },
    all: () => entries.map(({ written }) => written),
    choose(situation, inline) {
      const entry = inline === undefined ? find(situation) : inlineEntry(inline);
      return entry === undefined ? undefined : show(entry, situation);
    },
    clear() {
      entries = [];
      inlines = new Map();
    },
    reset() {
      entries = begin();
      inlines = new Map();
    },
  };
}

function toEntry(written: unknown, scenario: Scenario): Entry {
  return { written, scenario, calls: 0, shown: new Map() };
}

function show({ scenario, shown }: Entry, situation: Situation): Chosen {
  const key = keyOf(situation);
  const seen = shown.get(key) ?? 0;
  shown.set(key, seen + 1);
  dropOldest(shown);
  const behaviour = behaviourAt(scenario, situation.toolRounds);
  return { name: scenario.name ?? deedsOf(behaviour), behaviour, seen };
}

/** A scenario without a name is called by what it does. */
function deedsOf(behaviour: Behaviour): string {
  return Object.keys(behaviour)
    .filter((member) => member !== 'match' && member !== 'next')
    .join(' ');
}

function dropOldest(kept: Map<string, unknown>): void {
  const [oldest] = kept.size > mostShown ? kept.keys() : [];
  if (oldest !== undefined) kept.delete(oldest);
}

/** A conversation goes through a scenario's steps by its tool results, whoever drives it. */
function behaviourAt(scenario: Scenario, toolRounds: number): Behaviour {
  if (toolRounds === 0 || scenario.next === undefined) return scenario;
  return scenario.next[Math.min(toolRounds, scenario.next.length) - 1] ?? scenario;
}

function keyOf({ userText, systemText, toolRounds }: Situation): string {
  const parts = JSON.stringify([userText, systemText, toolRounds]);
  return createHash('sha256').update(parts).digest('hex');
}

function fits(match: Match, situation: Situation): boolean {
  const { operation, modelId, userText, systemText, headers, metadata } = situation;
  return (
    isLike(operation, match.operation) &&
    isLike(modelId, match.model) &&
    holds(userText, match.text) &&
    holds(systemText, match.system) &&
    Object.entries(match.header ?? {}).every(([name, value]) =>
      isLike(String(headers[name.toLowerCase()] ?? ''), value),
    ) &&
    Object.entries(match.metadata ?? {}).every(([name, value]) =>
      isLike(metadata[name] ?? '', value),
    )
  );
}

/** `*` stands for anything; case does not count. */
function isLike(value: string, glob: string | undefined): boolean {
  if (glob === undefined) return true;
  const parts = glob.split('*').map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('[^]*')}$`, 'iu').test(value);
}

/** Text between slashes is a regular expression; any other is looked for as it is. */
function holds(text: string, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const [, expression] = /^\/(.+)\/$/u.exec(wanted) ?? [];
  if (expression !== undefined) return new RegExp(expression, 'iu').test(text);
  return text.toLowerCase().includes(wanted.toLowerCase());
}
