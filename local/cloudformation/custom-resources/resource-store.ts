import { record, type Json } from '#local/template/json.ts';
import { integer, string, structure, type Shaped } from '#local/wire/shape.ts';
import type { Store } from '#local/process/store.ts';

export const resourceSchema = `CREATE TABLE IF NOT EXISTS custom_resources (
  id INTEGER PRIMARY KEY, stack_id TEXT, logical_id TEXT, type TEXT, properties TEXT,
  physical_id TEXT, data TEXT, is_retained INTEGER, is_replaced INTEGER);`;

/** A custom resource as its function has created it. */
export interface StoredResource {
  readonly stackId: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Json;
  readonly physicalId: string;
  readonly data: Json;
  /** Whether it gets no `Delete` when it has left the template. */
  readonly isRetained: boolean;
}

/** A row of the store. */
export interface ResourceRow extends StoredResource {
  readonly id: number;
  /** Whether an update has replaced it, so that it waits for its `Delete`. */
  readonly isReplaced: boolean;
}

/** The custom resources of a data directory, which outlive the system. */
export interface ResourceStore {
  /** Returns all resources, the latest first. */
  all(): readonly ResourceRow[];
  find(stackId: string, logicalId: string): ResourceRow | undefined;
  /** Stores a resource after its `Create`. */
  create(resource: StoredResource): void;
  /** Stores a resource after its `Update`. With another physical id, the former is replaced. */
  update(row: ResourceRow, resource: StoredResource): void;
  delete(row: ResourceRow): void;
}

const rowShape = structure({
  id: integer(),
  stackId: string(),
  logicalId: string(),
  type: string(),
  properties: string(),
  physicalId: string(),
  data: string(),
  isRetained: integer(),
  isReplaced: integer(),
});

function toRow(row: Shaped<typeof rowShape>): ResourceRow {
  return {
    ...row,
    properties: record(JSON.parse(row.properties)),
    data: record(JSON.parse(row.data)),
    isRetained: row.isRetained === 1,
    isReplaced: row.isReplaced === 1,
  };
}

/** Returns the custom resources in a database. */
export function createResourceStore(database: Store): ResourceStore {
  const select = database.rows(
    `SELECT id, stack_id AS stackId, logical_id AS logicalId, type, properties,
      physical_id AS physicalId, data, is_retained AS isRetained, is_replaced AS isReplaced
      FROM custom_resources ORDER BY id DESC`,
    rowShape,
  );
  const insert = database.change(
    'INSERT INTO custom_resources VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, 0)',
  );
  const replace = database.change('UPDATE custom_resources SET is_replaced = 1 WHERE id = ?');
  const remove = database.change('DELETE FROM custom_resources WHERE id = ?');
  const all = (): readonly ResourceRow[] => select().map(toRow);
  const create = (resource: StoredResource): void => {
    const { stackId, logicalId, type, properties, physicalId, data, isRetained } = resource;
    const [texts, answer] = [JSON.stringify(properties), JSON.stringify(data)];
    insert(stackId, logicalId, type, texts, physicalId, answer, isRetained ? 1 : 0);
  };
  return {
    all,
    create,
    find: (stackId, logicalId) =>
      all().find(
        (row) => row.stackId === stackId && row.logicalId === logicalId && !row.isReplaced,
      ),
    update: (row, resource) =>
      database.transaction(() => {
        if (row.physicalId === resource.physicalId) remove(row.id);
        else replace(row.id);
        create(resource);
      }),
    delete: ({ id }) => void remove(id),
  };
}
