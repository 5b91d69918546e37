import { readFile } from 'node:fs/promises';
import { isRecord } from '#local/wire/shape.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Returns the value if it is an object, else an empty object. */
export function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}

/** Reads a JSON file. Throws an error that names the file. */
export async function readJson(file: string): Promise<Json> {
  try {
    return record(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new Error(`${file} is not valid JSON`, { cause: error });
  }
}
