import { readFile } from 'node:fs/promises';
import { isRecord } from '#local/wire/shape.ts';

export type Json = Readonly<Record<string, unknown>>;

/** The value where it is an object, else an empty one. */
export function record(value: unknown): Json {
  return isRecord(value) ? value : {};
}

/** Reads a file of JSON. Throws an error that names it. */
export async function readJson(file: string): Promise<Json> {
  try {
    return record(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    throw new Error(`${file} is not in JSON`, { cause: error });
  }
}
