import { parse } from 'yaml';

/** Parses the text of a YAML or JSON file. Throws an error that names the file. */
export function parseYaml(text: string, file: string): unknown {
  try {
    const parsed: unknown = parse(text);
    return parsed;
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
