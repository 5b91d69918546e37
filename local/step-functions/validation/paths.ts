import { report, type Check } from '#local/step-functions/validation/place.ts';

/** Which value a path begins at: the data, the context object, or a variable. */
export type PathRoot =
  | { readonly type: 'data' }
  | { readonly type: 'context' }
  | { readonly type: 'variable'; readonly name: string };

/** A path that can be read. */
export interface ReadPath {
  readonly root: PathRoot;
  /** Whether it refers to one value only, without wildcards, filters or slices. */
  readonly isReference: boolean;
}

const rootForm = /^\$(?:\$|([\p{L}_][\p{L}\p{N}_]*))?/u;
const dotForm = /^\.\.?(?:\*|[^.[\]()*?\s,]+(?:\([^()]*\))?)/u;
const referenceDotForm = /^\.[^.*()@]+$/u;
const bracketContents =
  /^(?:\*|-?\d+(?:,-?\d+)*|-?\d*(?::-?\d*){1,2}|'(?:[^'\\]|\\.)*'(?:,'(?:[^'\\]|\\.)*')*|"(?:[^"\\]|\\.)*"|\?\(.+\)|\(.+\))$/su;
const referenceContents = /^(?:-?\d+|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")$/su;

/** Returns what a JSONPath refers to, or undefined if it is malformed. */
export function parsePath(text: string): ReadPath | undefined {
  const [root, name] = rootForm.exec(text) ?? [];
  if (root === undefined) return undefined;
  let rest = text.slice(root.length);
  let isReference = true;
  while (rest !== '') {
    const step = dotForm.exec(rest)?.[0] ?? readBrackets(rest);
    if (step === undefined) return undefined;
    isReference &&= isReferenceStep(step);
    rest = rest.slice(step.length);
  }
  return { root: toRoot(root, name), isReference };
}

function toRoot(root: string, name: string | undefined): PathRoot {
  if (name !== undefined) return { type: 'variable', name };
  return { type: root === '$$' ? 'context' : 'data' };
}

function isReferenceStep(step: string): boolean {
  if (step.endsWith(']'))
    return !step.startsWith('..') && referenceContents.test(insideBrackets(step));
  return referenceDotForm.test(step);
}

function insideBrackets(step: string): string {
  return step.slice(step.indexOf('[') + 1, -1).trim();
}

/** Reads a step such as `[0]`, `.[0]`, `..[*]` or `[?(@.a == ']')]`. */
function readBrackets(rest: string): string | undefined {
  const [start] = /^\.{0,2}\[/u.exec(rest) ?? [];
  if (start === undefined) return undefined;
  const end = closingBracket(rest, start.length);
  const step = end === undefined ? undefined : rest.slice(0, end + 1);
  return step !== undefined && bracketContents.test(insideBrackets(step)) ? step : undefined;
}

/** Returns the index of the bracket that closes the one before `from`. */
function closingBracket(text: string, from: number): number | undefined {
  let depth = 1;
  let quote: string | undefined;
  for (let index = from; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (quote !== undefined) {
      if (character === '\\') index += 1;
      else if (character === quote) quote = undefined;
    } else if (character === "'" || character === '"') quote = character;
    else if (character === '[') depth += 1;
    else if (character === ']') depth -= 1;
    if (depth === 0) return index;
  }
  return undefined;
}

/** A path, such as an InputPath. */
export const path: Check = (value, place) => {
  if (typeof value !== 'string') report(place, 'Expected value of type [STRING]');
  else if (parsePath(value) === undefined) report(place, 'Value must be a valid JSONPath.');
};

/** A path, or null, which discards the value. */
export const nullablePath: Check = (value, place) => {
  if (value !== null) path(value, place);
};

/** Returns a check for paths to one value, which begin at one of the roots. */
export function referencePath(...roots: readonly PathRoot['type'][]): Check {
  return (value, place) => {
    path(value, place);
    const read = typeof value === 'string' ? parsePath(value) : undefined;
    if (read !== undefined && !(read.isReference && roots.includes(read.root.type)))
      report(place, 'Value is not a Reference Path');
  };
}

/** A path at which a result is put into the input, or null, which discards the result. */
export const resultPath: Check = (value, place) => {
  if (value !== null) referencePath('data')(value, place);
};
