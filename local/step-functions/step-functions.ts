import { join } from 'node:path';
import { createJsonEngine } from '#local/wire/aws-json.ts';
import type { Engine } from '#local/wire/aws-exchange.ts';
import type { Clock } from '#local/process/clock.ts';
import type { ServiceCaller } from '#local/gateway/service-caller.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { createExecutionStore, executionSchema } from '#local/step-functions/execution-store.ts';
import { createExecutions, type Executions } from '#local/step-functions/executions.ts';
import { executionOperations } from '#local/step-functions/execution-operations.ts';
import { machineOperations } from '#local/step-functions/machine-operations.ts';
import type { StateMachine } from '#local/step-functions/definition/read-state-machines.ts';
import { createTaskCaller } from '#local/step-functions/integrations/task-caller.ts';
import { createTaskTokens } from '#local/step-functions/interpreter/tokens.ts';
import type { Disk } from '#local/process/disk.ts';
import { openStore } from '#local/process/store.ts';

export interface StepFunctionsOptions {
  /** The folder in which executions are stored. */
  readonly data: string;
  readonly disk: Disk;
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly caller: ServiceCaller;
  /** Returns the state machines that are hosted. */
  machines(): readonly StateMachine[];
}

/** The local Step Functions. */
export interface StepFunctions {
  readonly engine: Engine;
  readonly executions: Executions;
  close(): void;
}

/**
 * Starts Step Functions, with standard and express machines. Executions are stored, and can be resumed
 * after a restart.
 */
export function createStepFunctions(options: StepFunctionsOptions): StepFunctions {
  const { data, disk, credentials, clock, caller, machines } = options;
  const database = openStore(join(data, 'step-functions.sqlite'), executionSchema, disk);
  const store = createExecutionStore(database);
  const tokens = createTaskTokens();
  const executions = createExecutions({ store, clock, tokens, tasks: createTaskCaller(caller) });
  const api = { executions, store, tokens, machines };
  const engine = createJsonEngine({
    credentials,
    target: 'AWSStepFunctions',
    version: '1.0',
    operations: new Map([...executionOperations(api), ...machineOperations(api)]),
  });
  return {
    engine,
    executions,
    close() {
      executions.close();
      database.close();
    },
  };
}
