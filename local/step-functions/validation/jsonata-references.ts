import jsonata from 'jsonata';
import { isRecord } from '#local/wire/shape.ts';

/** What a JSONata expression refers to. */
export interface JsonataReferences {
  /** Names, `$` and `$$`, where they would stand for a context that does not exist. */
  readonly topLevel: ReadonlySet<string>;
  /** The members of `$states`. */
  readonly members: ReadonlySet<string>;
  /** Variables that the expression does not define itself, without `$`. */
  readonly variables: ReadonlySet<string>;
}

interface Found {
  readonly topLevel: Set<string>;
  readonly members: Set<string>;
  readonly variables: Set<string>;
  /** Variables that the expression defines. */
  readonly own: Set<string>;
}

/** Returns what an expression refers to. Throws JSONata's error if it is malformed. */
export function findReferences(source: string): JsonataReferences {
  const found: Found = {
    topLevel: new Set(),
    members: new Set(),
    variables: new Set(),
    own: new Set(['states', '', '$']),
  };
  visit(jsonata(source).ast(), true, found);
  const variables = new Set([...found.variables].filter((name) => !found.own.has(name)));
  return { ...found, variables };
}

/**
 * Visits a node of the syntax tree, and the nodes in it. `isTop` says whether its context would be
 * that of the whole expression.
 */
function visit(node: unknown, isTop: boolean, found: Found): void {
  if (Array.isArray(node)) for (const each of node) visit(each, isTop, found);
  if (!isRecord(node)) return;
  for (const name of [node['focus'], node['index']]) {
    if (typeof name === 'string') found.own.add(name);
  }
  switch (node['type']) {
    case 'name':
      if (isTop) found.topLevel.add(String(node['value']));
      break;
    case 'variable':
      visitVariable(String(node['value']), isTop, found);
      break;
    case 'path':
      visitPath(node, isTop, found);
      return;
    case 'lambda':
    case 'bind':
      addOwn(node['arguments'] ?? [node['lhs']], found);
      break;
    case 'function':
    case 'partial':
      visitCall(node, isTop, found);
      return;
  }
  visitParts(node, isTop, found);
}

/** What is applied to each value of a step has that value as its context. */
const ownContext: ReadonlySet<string> = new Set([
  'stages',
  'predicate',
  'group',
  'terms',
  'pattern',
  'update',
  'delete',
]);

function visitParts(node: Readonly<Record<string, unknown>>, isTop: boolean, found: Found): void {
  for (const [name, value] of Object.entries(node)) {
    if (typeof value === 'object' && value !== null)
      visit(value, isTop && !ownContext.has(name), found);
  }
}

function visitVariable(name: string, isTop: boolean, found: Found): void {
  if (name === '$' || (name === '' && isTop)) found.topLevel.add(`$${name}`);
  else found.variables.add(name);
}

function visitPath(
  { steps, ...rest }: Readonly<Record<string, unknown>>,
  isTop: boolean,
  found: Found,
): void {
  const [first, second, ...others] = Array.isArray(steps) ? (steps as readonly unknown[]) : [];
  visit(first, isTop, found);
  visit([second, ...others], false, found);
  visitParts(rest, isTop, found);
  if (isRecord(first) && first['type'] === 'variable' && first['value'] === 'states') {
    if (isRecord(second) && second['type'] === 'name') found.members.add(String(second['value']));
  }
}

/** A function's own name is no variable, unless it is a function that the expression is given. */
function visitCall(
  { procedure, ...rest }: Readonly<Record<string, unknown>>,
  isTop: boolean,
  found: Found,
): void {
  if (!isRecord(procedure) || procedure['type'] !== 'variable') visit(procedure, isTop, found);
  visitParts(rest, isTop, found);
}

function addOwn(variables: unknown, { own }: Found): void {
  for (const variable of [variables].flat()) {
    if (isRecord(variable)) own.add(String(variable['value']));
  }
}
