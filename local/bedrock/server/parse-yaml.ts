/** Parses the text of a YAML or JSON file. Throws an error that names the file. */
export async function parseYaml(text: string, file: string): Promise<unknown> {
  // Loaded when it is needed, so that a server without such files starts sooner.
  const { parse } = await import('yaml');
  try {
    const parsed: unknown = parse(text);
    return parsed;
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
