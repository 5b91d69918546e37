import { invalid } from '#local/bedrock/server/bedrock-error.ts';
import { isRecord } from '#local/wire/shape.ts';

/**
 * Returns a JSON Pointer (RFC 6901). Throws if it is empty or malformed: the service model of
 * Converse documents a 400 for both, but not its words.
 */
export function checkPointer(pointer: string): string {
  if (/^(?:\/(?:[^/~]|~[01])*)+$/u.test(pointer)) return pointer;
  throw invalid(
    `The value "${pointer}" in additionalModelResponseFieldPaths is not a valid JSON Pointer. ` +
      'Provide a pointer such as /stop_sequence and try again.',
  );
}

/**
 * Returns the members of a document that pointers select, each at its place. As the service model
 * says, a pointer to a member that the document does not have is ignored.
 */
export function selectMembers(document: unknown, pointers: readonly string[]): object | undefined {
  let selected: Record<string, unknown> | undefined;
  for (const pointer of pointers) {
    const path = pointer.slice(1).split('/').map(unescape);
    const found = memberAt(document, path);
    if (found === undefined) continue;
    selected ??= {};
    put(selected, path, found.value);
  }
  return selected;
}

function unescape(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

function memberAt(document: unknown, path: readonly string[]): { value: unknown } | undefined {
  let value = document;
  for (const name of path) {
    if (Array.isArray(value) ? !/^(?:0|[1-9]\d*)$/u.test(name) : !isRecord(value)) return undefined;
    const entry = Object.entries(value ?? {}).find(([key]) => key === name);
    if (entry === undefined) return undefined;
    [, value] = entry;
  }
  return { value };
}

/** Elements of lists are selected under their number, because a list cannot begin at another. */
function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  const inner = target[name];
  const parent = isRecord(inner) && !Array.isArray(inner) ? { ...inner } : {};
  target[name] = parent;
  put(parent, rest, value);
}
