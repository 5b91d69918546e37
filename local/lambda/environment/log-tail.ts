/** The last lines of a log. */
export interface LogTail {
  add(line: string): void;
  lines(): readonly string[];
}

/** More than Lambda returns of a log, which is 4 KB. */
const keptCharacters = 65_536;

/** Returns the tail of a log that is still empty. However much is added, it stays small. */
export function createLogTail(): LogTail {
  const lines: string[] = [];
  let characters = 0;
  return {
    add(line) {
      lines.push(line);
      characters += line.length + 1;
      if (characters <= 2 * keptCharacters) return;
      while (characters > keptCharacters && lines.length > 1) {
        characters -= (lines.shift() ?? '').length + 1;
      }
    },
    lines: () => lines,
  };
}
