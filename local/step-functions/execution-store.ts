import { integer, string, structure, type Shaped } from '#local/wire/shape.ts';
import type { Store } from '#local/process/store.ts';

/** The SQL schema of the executions. */
export const executionSchema = `
CREATE TABLE IF NOT EXISTS executions (
  arn TEXT PRIMARY KEY, machine TEXT, name TEXT, input TEXT, status TEXT, started_at INTEGER,
  stopped_at INTEGER, output TEXT, error TEXT, cause TEXT, state TEXT, state_input TEXT,
  variables TEXT, entered_at INTEGER);
CREATE INDEX IF NOT EXISTS executions_by_machine ON executions (machine, started_at);
CREATE TABLE IF NOT EXISTS history (
  execution TEXT, id INTEGER, previous INTEGER, at INTEGER, type TEXT, details TEXT,
  PRIMARY KEY (execution, id));
CREATE TABLE IF NOT EXISTS origins (
  execution TEXT PRIMARY KEY, version TEXT, alias TEXT, map_run TEXT, item_index INTEGER,
  item_count INTEGER, redrive_count INTEGER, redriven_at INTEGER);
CREATE INDEX IF NOT EXISTS origins_by_map_run ON origins (map_run, item_index);
`;

const executionShape = structure(
  {
    arn: string(),
    machine: string(),
    name: string(),
    input: string(),
    status: string(),
    startedAt: integer(),
  },
  {
    stoppedAt: integer(),
    output: string(),
    error: string(),
    cause: string(),
    /** The current state, its input and the variables: where it resumes after a restart. */
    state: string(),
    stateInput: string(),
    variables: string(),
    enteredAt: integer(),
    /** The ARNs of the version and the alias by which it was started. */
    version: string(),
    alias: string(),
    /** The map run that started it, its place there, and how many items it has. */
    mapRun: string(),
    itemIndex: integer(),
    itemCount: integer(),
    redriveCount: integer(),
    redrivenAt: integer(),
  },
);

/** An execution. Times are in milliseconds since 1970, and values in JSON. */
export type Execution = Shaped<typeof executionShape>;

const eventShape = structure({
  id: integer(),
  previous: integer(),
  at: integer(),
  type: string(),
  details: string(),
});

/** An event in the history of an execution. */
export type HistoryEvent = Shaped<typeof eventShape>;

/** How an execution ended. */
export interface ExecutionOutcome {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

/** The data with which an execution can resume in a state. */
export interface StatePosition {
  /** JSON, as are the variables. */
  readonly input: string;
  readonly variables: string;
  readonly enteredAt: number;
}

/** How an execution was started, in addition to its input. */
export type ExecutionOrigin = Partial<
  Pick<Execution, 'version' | 'alias' | 'mapRun' | 'itemIndex' | 'itemCount'>
>;

/** A new execution. */
export type NewExecution = Pick<Execution, 'arn' | 'machine' | 'name' | 'input' | 'startedAt'>;

/** Stores executions and their histories. */
export interface ExecutionStore {
  /** Adds a running execution. */
  begin(execution: NewExecution, origin?: ExecutionOrigin): void;
  /** Lets an execution run again that has ended. */
  redrive(arn: string, at: number): void;
  /** Returns the executions of a map run, in the order of their items. */
  listByMapRun(mapRun: string): readonly Execution[];
  /** Stores the state that an execution has entered. */
  enter(arn: string, state: string, position: StatePosition): void;
  end(arn: string, outcome: ExecutionOutcome, stoppedAt: number): void;
  find(arn: string): Execution | undefined;
  /** Returns the executions of a machine, the newest first. */
  listByMachine(machine: string): readonly Execution[];
  /** Returns the executions that have not ended. */
  listRunning(): readonly Execution[];
  addEvent(arn: string, event: HistoryEvent): void;
  events(arn: string): readonly HistoryEvent[];
}

const columns = `arn, machine, name, input, status, started_at AS startedAt, stopped_at AS stoppedAt,
  output, error, cause, state, state_input AS stateInput, variables,
  entered_at AS enteredAt, version, alias, map_run AS mapRun, item_index AS itemIndex,
  item_count AS itemCount, redrive_count AS redriveCount, redriven_at AS redrivenAt`;

/** Returns an execution store in a database. */
export function createExecutionStore(store: Store): ExecutionStore {
  const enter = store.change(
    'UPDATE executions SET state = ?2, state_input = ?3, variables = ?4, entered_at = ?5 WHERE arn = ?1',
  );
  const end = store.change(
    'UPDATE executions SET status = ?2, output = ?3, error = ?4, cause = ?5, stopped_at = ?6 WHERE arn = ?1',
  );
  const addEvent = store.change('INSERT INTO history VALUES (?, ?, ?, ?, ?, ?)');
  const listWhere = (condition: string) =>
    store.rows(
      `SELECT ${columns} FROM executions LEFT JOIN origins ON origins.execution = executions.arn WHERE ${condition}`,
      executionShape,
    );
  const find = listWhere('arn = ?');
  return {
    begin: createBegin(store),
    redrive: createRedrive(store),
    enter: (arn, state, { input, variables, enteredAt }) =>
      void enter(arn, state, input, variables, enteredAt),
    end(arn, { status, output, error, cause }, stoppedAt) {
      end(arn, status, output ?? null, error ?? null, cause ?? null, stoppedAt);
    },
    find: (arn) => find(arn)[0],
    listByMachine: listWhere('machine = ? ORDER BY started_at DESC'),
    listByMapRun: listWhere('map_run = ? ORDER BY item_index'),
    listRunning: listWhere("status = 'RUNNING'"),
    addEvent(arn, { id, previous, at, type, details }) {
      addEvent(arn, id, previous, at, type, details);
    },
    events: store.rows(
      'SELECT id, previous, at, type, details FROM history WHERE execution = ? ORDER BY id',
      eventShape,
    ),
  };
}

function createBegin(store: Store): ExecutionStore['begin'] {
  const begin = store.change(
    "INSERT INTO executions (arn, machine, name, input, status, started_at) VALUES (?, ?, ?, ?, 'RUNNING', ?)",
  );
  const addOrigin = store.change(
    'INSERT INTO origins (execution, version, alias, map_run, item_index, item_count) VALUES (?, ?, ?, ?, ?, ?)',
  );
  return ({ arn, machine, name, input, startedAt }, origin) => {
    store.transaction(() => {
      begin(arn, machine, name, input, startedAt);
      if (origin === undefined) return;
      const { version = null, alias = null, mapRun = null } = origin;
      const { itemIndex = null, itemCount = null } = origin;
      addOrigin(arn, version, alias, mapRun, itemIndex, itemCount);
    });
  };
}

function createRedrive(store: Store): ExecutionStore['redrive'] {
  const reopen = store.change(
    "UPDATE executions SET status = 'RUNNING', output = NULL, error = NULL, cause = NULL, stopped_at = NULL WHERE arn = ?",
  );
  const count = store.change(
    `INSERT INTO origins (execution, redrive_count, redriven_at) VALUES (?1, 1, ?2) ON CONFLICT (execution)
      DO UPDATE SET redrive_count = COALESCE(redrive_count, 0) + 1, redriven_at = ?2`,
  );
  return (arn, at) => {
    store.transaction(() => {
      reopen(arn);
      count(arn, at);
    });
  };
}
