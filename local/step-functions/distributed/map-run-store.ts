import type { Store } from '#local/process/store.ts';
import { integer, number, string, structure, type Shaped } from '#local/wire/shape.ts';
import type { MapRunLimits } from '#local/step-functions/distributed/map-run.ts';

/** The SQL schema of the map runs. */
export const mapRunSchema = `
CREATE TABLE IF NOT EXISTS map_runs (
  arn TEXT PRIMARY KEY, execution TEXT, machine TEXT, state TEXT, type TEXT, status TEXT,
  started_at INTEGER, stopped_at INTEGER, max_concurrency INTEGER, tolerated_count INTEGER,
  tolerated_percentage REAL, items INTEGER, executions INTEGER, redrive_count INTEGER,
  redriven_at INTEGER);
CREATE INDEX IF NOT EXISTS map_runs_by_execution ON map_runs (execution, started_at);
`;

const mapRunShape = structure(
  {
    arn: string(),
    /** The execution with the Map state. */
    execution: string(),
    /** The ARN that its executions have as that of their machine. */
    machine: string(),
    /** The name of the Map state. */
    state: string(),
    type: string(),
    status: string(),
    startedAt: integer(),
    maxConcurrency: integer(),
    items: integer(),
    executions: integer(),
    redriveCount: integer(),
  },
  {
    stoppedAt: integer(),
    toleratedCount: integer(),
    toleratedPercentage: number(),
    redrivenAt: integer(),
  },
);

/** A map run as it is stored. Times are in milliseconds since 1970. */
export type StoredMapRun = Shaped<typeof mapRunShape>;

/** Stores map runs. Their executions are in the store of executions. */
export interface MapRunStore {
  begin(run: Omit<StoredMapRun, 'status' | 'items' | 'executions' | 'redriveCount'>): void;
  find(arn: string): StoredMapRun | undefined;
  /** Returns the map runs of an execution, the newest first. */
  listByExecution(execution: string): readonly StoredMapRun[];
  count(arn: string, items: number, executions: number): void;
  limit(arn: string, limits: MapRunLimits): void;
  end(arn: string, status: string, at: number): void;
  /** Lets a map run continue that has ended. */
  redrive(arn: string, at: number): void;
}

const columns = `arn, execution, machine, state, type, status, started_at AS startedAt,
  stopped_at AS stoppedAt, max_concurrency AS maxConcurrency, tolerated_count AS toleratedCount,
  tolerated_percentage AS toleratedPercentage, items, executions, redrive_count AS redriveCount,
  redriven_at AS redrivenAt`;

/** Returns a store of map runs in a database. */
export function createMapRunStore(store: Store): MapRunStore {
  const begin = store.change(
    `INSERT INTO map_runs (arn, execution, machine, state, type, status, started_at, max_concurrency,
      tolerated_count, tolerated_percentage, items, executions, redrive_count)
      VALUES (?, ?, ?, ?, ?, 'RUNNING', ?, ?, ?, ?, 0, 0, 0)`,
  );
  const find = store.rows(`SELECT ${columns} FROM map_runs WHERE arn = ?`, mapRunShape);
  const count = store.change('UPDATE map_runs SET items = ?2, executions = ?3 WHERE arn = ?1');
  const limit = store.change(
    'UPDATE map_runs SET max_concurrency = ?2, tolerated_count = ?3, tolerated_percentage = ?4 WHERE arn = ?1',
  );
  const end = store.change('UPDATE map_runs SET status = ?2, stopped_at = ?3 WHERE arn = ?1');
  const redrive = store.change(
    "UPDATE map_runs SET status = 'RUNNING', stopped_at = NULL, redrive_count = redrive_count + 1, redriven_at = ?2 WHERE arn = ?1",
  );
  return {
    begin(run) {
      const { maxConcurrency, toleratedCount = null, toleratedPercentage = null } = run;
      const limits = [maxConcurrency, toleratedCount, toleratedPercentage];
      begin(run.arn, run.execution, run.machine, run.state, run.type, run.startedAt, ...limits);
    },
    find: (arn) => find(arn)[0],
    listByExecution: store.rows(
      `SELECT ${columns} FROM map_runs WHERE execution = ? ORDER BY started_at DESC, rowid DESC`,
      mapRunShape,
    ),
    count: (arn, items, executions) => void count(arn, items, executions),
    limit(arn, { maxConcurrency, toleratedCount = null, toleratedPercentage = null }) {
      limit(arn, maxConcurrency, toleratedCount, toleratedPercentage);
    },
    end: (arn, status, at) => void end(arn, status, at),
    redrive: (arn, at) => void redrive(arn, at),
  };
}
