import { resolve } from '#local/template/intrinsics.ts';
import { record } from '#local/template/json.ts';
import { referencesIn, type Reference } from '#local/template/references/references.ts';
import type { OpenStack } from '#local/template/stacks.ts';

/** What the resources of some stacks depend on: references, exports and `DependsOn`. */
export interface Dependencies {
  /** Returns the keys of all resources that a resource depends on, directly or through others. */
  of(key: string): ReadonlySet<string>;
  /** Returns the keys of all resources that a value in a stack depends on. */
  ofValue(stack: OpenStack, value: unknown): ReadonlySet<string>;
}

/** Returns the dependencies between the resources of stacks, across their borders. */
export function readDependencies(stacks: readonly OpenStack[]): Dependencies {
  const direct = new Map<string, readonly string[]>();
  for (const stack of stacks) {
    const { template, creator } = stack;
    const inherited = creator === undefined ? [] : dependsOn(stacks, creator.stack, creator.id);
    for (const [id, { properties }] of template.resources) {
      const own = [...targets(stacks, stack, properties), ...dependsOn(stacks, stack, id)];
      direct.set(stack.keyOf(id), [...own, ...inherited]);
    }
  }
  const closure = (keys: readonly string[]): ReadonlySet<string> => {
    const reached = new Set<string>();
    const waiting = [...keys];
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      if (reached.has(key)) continue;
      reached.add(key);
      waiting.push(...(direct.get(key) ?? []));
    }
    return reached;
  };
  return {
    of: (key) => closure(direct.get(key) ?? []),
    ofValue: (stack, value) => closure(targets(stacks, stack, value)),
  };
}

type Stacks = readonly OpenStack[];

function dependsOn(stacks: Stacks, stack: OpenStack, logicalId: string): readonly string[] {
  const names = stack.template.resources.get(logicalId)?.dependsOn ?? [];
  return names.flatMap((name) => namedTargets(stacks, stack, name));
}

/** Returns the keys of the resources that a value in a stack refers to. */
function targets(stacks: Stacks, stack: OpenStack, value: unknown): readonly string[] {
  return referencesIn(value).flatMap((reference) =>
    reference.type === 'name'
      ? namedTargets(stacks, stack, reference.name)
      : importedTargets(stacks, stack, reference),
  );
}

/** A parameter of a nested stack stands for what its parent gives it. */
function namedTargets(stacks: Stacks, stack: OpenStack, name: string): readonly string[] {
  const { template, creator } = stack;
  const resource = template.resources.get(name);
  if (resource === undefined) {
    const isGiven = creator !== undefined && Object.hasOwn(template.parameters, name);
    return isGiven ? targets(stacks, creator.stack, creator.parameters[name]) : [];
  }
  if (resource.type !== 'AWS::CloudFormation::Stack') return [stack.keyOf(name)];
  // A nested stack is complete when all of its resources are.
  const children = stacks.filter(
    (each) => each.creator?.stack === stack && each.creator.id === name,
  );
  const inside = children.flatMap((child) =>
    [...child.template.resources.keys()].flatMap((id) => namedTargets(stacks, child, id)),
  );
  return [stack.keyOf(name), ...inside];
}

function importedTargets(
  stacks: Stacks,
  stack: OpenStack,
  { name }: Reference & { type: 'import' },
): readonly string[] {
  const wanted = resolve(name, stack.scope);
  return stacks.flatMap((each) =>
    each
      .exports()
      .filter((exported) => exported.name === wanted)
      .flatMap(({ output }) => targets(stacks, each, record(each.template.outputs[output]))),
  );
}
