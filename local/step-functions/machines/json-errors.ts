/** Returns whether a text is JSON. */
export function isJson(text: string): boolean {
  return jsonError(text) === undefined;
}

/** What is wrong with a text that is not JSON, and where. */
export interface JsonError {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

/** The word that a text begins with where JSON has none. */
const strayWord =
  /^(?:\s|[[{,:]|"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true\b|false\b|null\b)*([A-Za-z_$][\w$]*)/u;

/** Returns what is wrong with a text that is not JSON, much as AWS's reader words it. */
export function jsonError(text: string): JsonError | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const [upToWord, word] = strayWord.exec(text) ?? [];
    if (upToWord === undefined || word === undefined) {
      return { message: describe(error), ...position(text, offsetOf(error) ?? text.length) };
    }
    const expected = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
    const message = `Unrecognized token '${word}': was expecting ${expected}`;
    return { message, ...position(text, upToWord.length) };
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message.replace(/ in JSON at position.*$/su, '') : '';
}

/** V8 names the position of most errors. */
function offsetOf(error: unknown): number | undefined {
  const [, offset] = /at position (\d+)/u.exec(String(error)) ?? [];
  return offset === undefined ? undefined : Number(offset);
}

function position(text: string, offset: number): Pick<JsonError, 'line' | 'column'> {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
