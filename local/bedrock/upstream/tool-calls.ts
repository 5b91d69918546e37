import type { Tool } from '#local/bedrock/turn/turn.ts';
import { isRecord } from '#local/wire/shape.ts';

/** A tool call of an upstream, as far as it has arrived. */
export interface UpstreamCall {
  id: string;
  name: string;
  /** The part of the arguments that has not been emitted. */
  held: string;
  /** Whether the arguments have begun, and whether they have ended. */
  state: 'named' | 'begun' | 'whole';
}

/** Puts the fragments of tool calls together. */
export interface CallAssembler {
  /** Returns the calls that begin with a chunk, and adds its fragments to the others. */
  add(delta: Readonly<Record<string, unknown>>): readonly UpstreamCall[];
}

interface Fragment {
  /** The index that the upstream gives, or its position in a chunk that has several without one. */
  readonly index: number | undefined;
  readonly position: number;
  readonly id: string;
  readonly name: string;
  readonly json: string;
}

/**
 * Creates an assembler. Fragments of several calls may be mixed. Servers differ in what a fragment
 * repeats: the index, the id, the name, all of them, or nothing.
 */
export function createCallAssembler(tools: readonly Tool[]): CallAssembler {
  const byIndex = new Map<number, UpstreamCall>();
  const byId = new Map<string, UpstreamCall>();
  const ends = new Map<UpstreamCall, (json: string) => boolean>();
  const names = new Set(tools.map(({ name }) => name));
  let last: UpstreamCall | undefined;
  const find = ({ index, position, id, name }: Fragment): UpstreamCall | undefined => {
    const sameId = byId.get(id);
    const known = index === undefined ? (sameId ?? last) : byIndex.get(index);
    // A call without a name cannot begin: its index or its id is new, but the call is not.
    if (name === '') return known ?? sameId ?? last;
    if (known === undefined || (index === undefined && position > 0)) return undefined;
    return isContinued(known, { id, name }, names) ? known : undefined;
  };
  const append = (call: UpstreamCall, { id, name, json }: Fragment): void => {
    if (call.state === 'whole') return;
    if (call.id === '') call.id = id;
    // A name can come in pieces. A server that repeats it repeats all of it.
    if (call.state === 'named' && name !== call.name) call.name += name;
    if (json === '') return;
    call.held += json;
    call.state = ends.get(call)?.(json) === true ? 'whole' : 'begun';
  };
  return {
    add(delta) {
      return fragmentsIn(delta).flatMap((fragment) => {
        const known = find(fragment);
        const call = known ?? { id: '', name: '', held: '', state: 'named' };
        if (known === undefined) ends.set(call, createEndFinder());
        append(call, fragment);
        last = call;
        if (fragment.index !== undefined) byIndex.set(fragment.index, call);
        if (fragment.id !== '') byId.set(fragment.id, call);
        return known === undefined ? [call] : [];
      });
    },
  };
}

/** Returns whether a fragment with a name belongs to a call that has begun. */
function isContinued(
  call: UpstreamCall,
  { id, name }: Pick<Fragment, 'id' | 'name'>,
  names: ReadonlySet<string>,
): boolean {
  if (id !== '' && call.id !== '') return id === call.id;
  if (call.state !== 'named') return call.state === 'begun';
  return name === call.name || !names.has(call.name) || names.has(call.name + name);
}

function fragmentsIn(delta: Readonly<Record<string, unknown>>): readonly Fragment[] {
  const calls: readonly unknown[] = Array.isArray(delta['tool_calls']) ? delta['tool_calls'] : [];
  return calls.filter(isRecord).map((call, position) => {
    const definition = isRecord(call['function']) ? call['function'] : {};
    const index = typeof call['index'] === 'number' ? call['index'] : undefined;
    const input = definition['arguments'] ?? '';
    const json = typeof input === 'string' ? input : JSON.stringify(input);
    return { index, position, id: textOf(call['id']), name: textOf(definition['name']), json };
  });
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Returns a function that is given a JSON object in parts, and returns whether it has ended. */
function createEndFinder(): (part: string) => boolean {
  let [depth, isString, isEscaped] = [0, false, false];
  return (part) => {
    for (const character of part) {
      if (isEscaped) isEscaped = false;
      else if (character === '\\') isEscaped = isString;
      else if (character === '"') isString = !isString;
      else if (isString) continue;
      else if (character === '{' || character === '[') depth += 1;
      else if (character === '}' || character === ']') depth -= 1;
    }
    return depth === 0 && !isString && /[\]}]\s*$/u.test(part);
  };
}
