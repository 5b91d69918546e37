import { createHash } from 'node:crypto';
import type { Behaviour, Match, Scenario } from '#local/bedrock/scenarios/scenario.ts';

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
  /** Adds a scenario; those added later are asked first. Gives what takes it away again. */
  add(scenario: Scenario): () => void;
  all(): readonly Scenario[];
  /** The scenario for a request, which counts as shown from now on. */
  choose(situation: Situation, inline?: Scenario): Chosen | undefined;
  clear(): void;
}

export function createScenarioBook(initial: readonly Scenario[] = []): ScenarioBook {
  let scenarios = initial.map((scenario) => ({ scenario, calls: 0 }));
  const shown = new Map<string, number>();
  return {
    add(scenario) {
      const entry = { scenario, calls: 0 };
      scenarios.unshift(entry);
      return () => {
        scenarios = scenarios.filter((other) => other !== entry);
      };
    },
    all: () => scenarios.map(({ scenario }) => scenario),
    choose(situation, inline) {
      let chosen = inline;
      for (const entry of inline === undefined ? scenarios : []) {
        if (!fits(entry.scenario.match ?? {}, situation)) continue;
        entry.calls += 1;
        if (![undefined, entry.calls].includes(entry.scenario.match?.call)) continue;
        chosen = entry.scenario;
        break;
      }
      if (chosen === undefined) return undefined;
      const behaviour = behaviourAt(chosen, situation.toolRounds);
      const key = keyOf(chosen, situation);
      const seen = shown.get(key) ?? 0;
      shown.set(key, seen + 1);
      return { name: chosen.name ?? key.slice(0, 8), behaviour, seen };
    },
    clear() {
      scenarios = [];
      shown.clear();
    },
  };
}

/** A conversation goes through a scenario's steps by its tool results, whoever drives it. */
function behaviourAt(scenario: Scenario, toolRounds: number): Behaviour {
  if (toolRounds === 0 || scenario.next === undefined) return scenario;
  return scenario.next[Math.min(toolRounds, scenario.next.length) - 1] ?? scenario;
}

function keyOf(scenario: Scenario, { userText, systemText, toolRounds }: Situation): string {
  const parts = JSON.stringify([scenario, userText, systemText, toolRounds]);
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
