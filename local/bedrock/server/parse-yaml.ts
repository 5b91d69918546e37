import { exactNumber } from '#local/wire/json/exact-json.ts';

/** Parses the text of a YAML or JSON file. Throws an error that names the file. */
export async function parseYaml(text: string, file: string): Promise<unknown> {
  try {
    return await readYaml(text);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** Parses YAML or JSON. A number that would lose digits becomes a `RawNumber`. Throws an error. */
export async function readYaml(text: string): Promise<unknown> {
  // Loaded when it is needed, so that a server without such files starts sooner.
  const { parseDocument, visit } = await import('yaml');
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw error;
  visit(document, {
    Scalar(_, scalar) {
      const { value, source } = scalar;
      const isJson = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[-+]?\d+)?$/iu.test(source ?? '');
      if (typeof value === 'number' && isJson) scalar.value = exactNumber(source ?? '');
    },
  });
  const parsed: unknown = document.toJS();
  return parsed;
}
