import { readDependencies, type Dependencies } from '#local/template/references/dependencies.ts';
import type { CreatedResource, CustomResources } from '#local/template/stack-context.ts';
import type { OpenStack } from '#local/template/stacks.ts';

/** What has become of a custom resource at this start. */
type Outcome =
  | { readonly type: 'created'; readonly created: CreatedResource }
  /** Nothing here can create it. As for other such resources, its attributes are placeholders. */
  | { readonly type: 'unhosted'; readonly reason: string }
  /** It is left out, with everything that depends on it. */
  | { readonly type: 'failed'; readonly reason: string };

/** The custom resources of some stacks, while they are created. */
export interface Outcomes {
  /** Returns the keys of the resources without an outcome. */
  pending(): readonly string[];
  /**
   * Returns the keys of the pending resources that depend on no other pending one. Those that depend
   * on a failed one have failed. Throws if all of them depend on each other.
   */
  ready(): readonly string[];
  set(key: string, outcome: Outcome): void;
  /** Returns what the templates may refer to so far. */
  customResources(): CustomResources;
  /** Warns of everything that was not created. */
  report(warn: (message: string) => void): void;
}

/** Returns the outcomes of custom resources, of which there are none yet. */
export function createOutcomes(stacks: readonly OpenStack[], keys: readonly string[]): Outcomes {
  const dependencies = readDependencies(stacks);
  const outcomes = new Map<string, Outcome>();
  const pending = (): readonly string[] => keys.filter((key) => !outcomes.has(key));
  const failed = (): readonly string[] =>
    keys.filter((key) => outcomes.get(key)?.type === 'failed');
  return {
    pending,
    set: (key, outcome) => void outcomes.set(key, outcome),
    ready() {
      for (const key of pending()) {
        const cause = failed().find((each) => dependencies.of(key).has(each));
        if (cause === undefined) continue;
        outcomes.set(key, { type: 'failed', reason: `It depends on ${cause}` });
      }
      const waiting = pending();
      const free = waiting.filter((key) => !waiting.some((each) => dependencies.of(key).has(each)));
      if (free.length > 0 || waiting.length === 0) return free;
      throw new Error(`Circular dependency between resources: [${waiting.join(', ')}]`);
    },
    customResources() {
      const missing = [...pending(), ...failed()];
      const leftOut = new Set([...failed(), ...dependents(stacks, dependencies, missing)]);
      return {
        isLeftOut: (key) => leftOut.has(key),
        find(key) {
          const outcome = outcomes.get(key);
          return outcome?.type === 'created' ? outcome.created : undefined;
        },
      };
    },
    report(warn) {
      for (const [key, outcome] of outcomes) {
        if (outcome.type === 'created') continue;
        const all = outcome.type === 'failed' ? dependents(stacks, dependencies, [key]) : [];
        const others = all.filter((each) => !keys.includes(each));
        const list = others.length === 0 ? '' : `, and with it ${others.join(', ')}`;
        const end = outcome.type === 'failed' ? `. It is left out${list}` : '';
        warn(`${key}: ${outcome.reason}${end}`);
      }
    },
  };
}

/** Returns the keys of all resources that depend on one of some resources. */
function dependents(
  stacks: readonly OpenStack[],
  dependencies: Dependencies,
  keys: readonly string[],
): readonly string[] {
  const all = stacks.flatMap(({ template, keyOf }) => [...template.resources.keys()].map(keyOf));
  return all.filter((key) => keys.some((each) => dependencies.of(key).has(each)));
}
