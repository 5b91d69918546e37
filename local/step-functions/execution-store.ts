import { integer, string, structure, type Shaped } from '#local/wire/shape.ts';
import type { Store } from '#local/process/store.ts';

export const executionSchema = `
CREATE TABLE IF NOT EXISTS executions (
  arn TEXT PRIMARY KEY, machine TEXT, name TEXT, input TEXT, status TEXT, started_at INTEGER,
  stopped_at INTEGER, output TEXT, error TEXT, cause TEXT, state TEXT, state_input TEXT,
  variables TEXT, entered_at INTEGER);
CREATE INDEX IF NOT EXISTS executions_by_machine ON executions (machine, started_at);
CREATE TABLE IF NOT EXISTS history (
  execution TEXT, id INTEGER, previous INTEGER, at INTEGER, type TEXT, details TEXT,
  PRIMARY KEY (execution, id));
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
    /** The state it is in, with its input and the variables: where it goes on after a restart. */
    state: string(),
    stateInput: string(),
    variables: string(),
    enteredAt: integer(),
  },
);

/** An execution; times in milliseconds since 1970, values in JSON. */
export type Execution = Shaped<typeof executionShape>;

const eventShape = structure({
  id: integer(),
  previous: integer(),
  at: integer(),
  type: string(),
  details: string(),
});

export type HistoryEvent = Shaped<typeof eventShape>;

/** What is known of how an execution ended. */
export interface Ending {
  readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  readonly output?: string | undefined;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

export interface Reached {
  /** In JSON. */
  readonly input: string;
  readonly variables: string;
  readonly enteredAt: number;
}

/** Executions and their histories, in a database. */
export interface ExecutionStore {
  begin(execution: Pick<Execution, 'arn' | 'machine' | 'name' | 'input' | 'startedAt'>): void;
  /** Remembers where an execution is. */
  reach(arn: string, state: string, known: Reached): void;
  end(arn: string, ending: Ending, stoppedAt: number): void;
  find(arn: string): Execution | undefined;
  ofMachine(machine: string): readonly Execution[];
  /** Those that ran when the system last ended. */
  running(): readonly Execution[];
  addEvent(arn: string, event: HistoryEvent): void;
  events(arn: string): readonly HistoryEvent[];
}

const columns = `arn, machine, name, input, status, started_at AS startedAt, stopped_at AS stoppedAt,
  output, error, cause, state, state_input AS stateInput, variables,
  entered_at AS enteredAt`;

export function createExecutionStore(store: Store): ExecutionStore {
  const begin = store.change(
    "INSERT INTO executions (arn, machine, name, input, status, started_at) VALUES (?, ?, ?, ?, 'RUNNING', ?)",
  );
  const reach = store.change(
    'UPDATE executions SET state = ?2, state_input = ?3, variables = ?4, entered_at = ?5 WHERE arn = ?1',
  );
  const end = store.change(
    'UPDATE executions SET status = ?2, output = ?3, error = ?4, cause = ?5, stopped_at = ?6 WHERE arn = ?1',
  );
  const find = store.rows(`SELECT ${columns} FROM executions WHERE arn = ?`, executionShape);
  const addEvent = store.change('INSERT INTO history VALUES (?, ?, ?, ?, ?, ?)');
  return {
    begin: ({ arn, machine, name, input, startedAt }) =>
      void begin(arn, machine, name, input, startedAt),
    reach: (arn, state, { input, variables, enteredAt }) =>
      void reach(arn, state, input, variables, enteredAt),
    end(arn, { status, output, error, cause }, stoppedAt) {
      end(arn, status, output ?? null, error ?? null, cause ?? null, stoppedAt);
    },
    find: (arn) => find(arn)[0],
    ofMachine: store.rows(
      `SELECT ${columns} FROM executions WHERE machine = ? ORDER BY started_at DESC`,
      executionShape,
    ),
    running: store.rows(
      `SELECT ${columns} FROM executions WHERE status = 'RUNNING'`,
      executionShape,
    ),
    addEvent(arn, { id, previous, at, type, details }) {
      addEvent(arn, id, previous, at, type, details);
    },
    events: store.rows(
      'SELECT id, previous, at, type, details FROM history WHERE execution = ? ORDER BY id',
      eventShape,
    ),
  };
}
