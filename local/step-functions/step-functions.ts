import type { ServiceSettings } from '#local/gateway/service-settings.ts';
import { join } from 'node:path';
import { createJsonEngine } from '#local/wire/aws-json.ts';
import type { Engine } from '#local/wire/aws-exchange.ts';
import type { ServiceCaller } from '#local/gateway/service-caller.ts';
import { createExecutionStore, executionSchema } from '#local/step-functions/execution-store.ts';
import { createExecutions, type Executions } from '#local/step-functions/executions.ts';
import { executionOperations } from '#local/step-functions/execution-operations.ts';
import { machineOperations } from '#local/step-functions/machines/machine-operations.ts';
import { aliasOperations } from '#local/step-functions/machines/alias-operations.ts';
import {
  createMachineStore,
  type DeclaredMachines,
} from '#local/step-functions/machines/machine-store.ts';
import { activityOperations } from '#local/step-functions/machines/activity-operations.ts';
import { tagOperations } from '#local/step-functions/machines/tag-operations.ts';
import { versionOperations } from '#local/step-functions/machines/version-operations.ts';
import { tokenOperations } from '#local/step-functions/token-operations.ts';
import type { StateMachine } from '#local/step-functions/definition/read-state-machines.ts';
import { createTaskCaller } from '#local/step-functions/integrations/task-caller.ts';
import { createObjects } from '#local/step-functions/integrations/objects.ts';
import {
  createMapRunStore,
  mapRunSchema,
} from '#local/step-functions/distributed/map-run-store.ts';
import { mapRunOperations } from '#local/step-functions/distributed/map-run-operations.ts';
import { createWorkflowLog } from '#local/step-functions/logging/workflow-log.ts';
import type { LogStore } from '#local/logs/log-store.ts';
import { createTaskTokens } from '#local/step-functions/interpreter/tokens.ts';
import { testStateOperation } from '#local/step-functions/test-state/test-state-operation.ts';
import { accountId } from '#local/template/stack-context.ts';
import { openStore } from '#local/process/store.ts';

export interface StepFunctionsOptions extends ServiceSettings {
  readonly caller: ServiceCaller;
  readonly logs: LogStore;
  /** The state machines of the template, with their versions and aliases. */
  readonly declared: DeclaredMachines;
}

/** The local Step Functions. */
export interface StepFunctions {
  readonly engine: Engine;
  readonly executions: Executions;
  /** Returns the state machine with an ARN, as it is now. */
  findMachine(arn: string): StateMachine | undefined;
  close(): void;
}

/**
 * Starts Step Functions, with standard and express machines. Executions are stored, and can be resumed
 * after a restart.
 */
export function createStepFunctions(options: StepFunctionsOptions): StepFunctions {
  const { data, disk, credentials, clock, caller, region } = options;
  const database = openStore(
    join(data, 'step-functions.sqlite'),
    `${executionSchema}${mapRunSchema}`,
    disk,
  );
  const store = createExecutionStore(database);
  const tokens = createTaskTokens();
  const mapRuns = createMapRunStore(database);
  const objects = createObjects(caller);
  const tasks = createTaskCaller(caller);
  const log = createWorkflowLog(options.logs);
  const executions = createExecutions({ store, mapRuns, clock, tokens, tasks, objects, log });
  const machines = createMachineStore(options.declared);
  const arnOf = (name: string): string =>
    `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;
  const engine = createJsonEngine({
    credentials,
    target: 'AWSStepFunctions',
    version: '1.0',
    operations: new Map([
      ...executionOperations({ executions, store, machines, mapRuns, clock }),
      ...mapRunOperations(mapRuns, store),
      ...machineOperations({ machines, arnOf }),
      ...versionOperations(machines),
      ...aliasOperations(machines),
      ...tagOperations(machines),
      ...activityOperations(),
      ...tokenOperations(tokens),
      testStateOperation({ clock, region, tasks, tokens, objects }),
    ]),
  });
  return {
    engine,
    executions,
    findMachine: machines.find,
    close() {
      executions.close();
      database.close();
    },
  };
}
