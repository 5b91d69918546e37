import { existsSync } from 'node:fs';
import { damaged, readRows, type Store } from '#local/process/store.ts';
import { readShape, string, structure, type Shape } from '#local/wire/shape.ts';

/** The table of documents. */
export const documentSchema = `CREATE TABLE IF NOT EXISTS documents (
  kind TEXT, key TEXT, json TEXT, PRIMARY KEY (kind, key));`;

/** Values by key, in memory and on disk. A value is stored when `put` returns. */
export interface Documents<Value> {
  get(key: string): Value | undefined;
  /** Returns all values, the oldest key first. */
  all(): readonly Value[];
  put(key: string, value: Value): void;
  delete(key: string): boolean;
}

/** Returns values by key that are in memory only. */
export function createMemoryDocuments<Value>(
  entries: readonly (readonly [key: string, value: Value])[],
): Documents<Value> {
  const values = new Map(entries);
  return {
    get: (key) => values.get(key),
    all: () => [...values.values()],
    put: (key, value) => void values.set(key, value),
    delete: (key) => values.delete(key),
  };
}

const rowShape = structure({ key: string(), json: string() });

const query = 'SELECT key, json FROM documents WHERE kind = ? ORDER BY rowid';

/** Opens the documents of a kind. Throws an error that names the file if one is damaged. */
export function openDocuments<Value>(
  store: Store,
  kind: string,
  shape: Shape<Value>,
): Documents<Value> {
  const save = store.change(
    'INSERT INTO documents VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET json = excluded.json',
  );
  const remove = store.change('DELETE FROM documents WHERE kind = ? AND key = ?');
  const values = new Map(
    store
      .rows(
        query,
        rowShape,
      )(kind)
      .map(({ key, json }) => [key, parse(json, shape, store.file)]),
  );
  return {
    get: (key) => values.get(key),
    all: () => [...values.values()],
    put(key, value) {
      save(kind, key, JSON.stringify(value));
      values.set(key, value);
    },
    delete(key) {
      remove(kind, key);
      return values.delete(key);
    },
  };
}

/**
 * Returns the documents of a kind without opening their store, which nothing changes. There are none
 * if the file does not exist.
 */
export function readDocuments<Value>(
  file: string,
  kind: string,
  shape: Shape<Value>,
): readonly Value[] {
  if (!existsSync(file)) return [];
  const rows = readRows(file, query, { shape: rowShape, values: [kind] });
  return rows.map(({ json }) => parse(json, shape, file));
}

function parse<Value>(json: string, shape: Shape<Value>, file: string): Value {
  return readShape(shape, parseJson(json), () => damaged(file));
}

/** No document is undefined. */
function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
