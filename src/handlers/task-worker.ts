import { withAgents } from '#agents/agents.ts';
import { readRetries, readTaskEnvironment } from '#aws/composition/environment/task-environment.ts';
import { readTraceEnvironment } from '#aws/composition/environment/trace-environment.ts';
import { createTurnPorts } from '#aws/composition/turn-ports.ts';
import { openTable } from '#aws/dynamo/table.ts';
import { createDynamoTasks } from '#aws/task/dynamo-tasks.ts';
import { createHideMessage } from '#aws/task/sqs.ts';
import { createTaskQueue, readTaskMessage } from '#aws/task/task-queue.ts';
import { createLogSecret } from '#aws/identity/log-secret.ts';
import { runTask } from '#domain/task/run-task.ts';
import { taskConversation } from '#domain/task/task.ts';
import { systemClock } from '#api/http/clock.ts';
import { handleBatch } from '#lambda/sqs-batch.ts';
import { toTaskTurn } from '#api/task/task-turn.ts';
import { openTraces, tracedInvocation } from '#api/turn/traced.ts';
import { createToolbox } from '#tools/toolbox.ts';

const environment = readTaskEnvironment(process.env);
const retries = readRetries(process.env);
const table = openTable(environment.conversationsTable);
const toolbox = createToolbox(table, environment, systemClock);
const turnPorts = createTurnPorts(table, environment, systemClock, toolbox);
const ports = {
  ...withAgents(turnPorts, environment.agents),
  tasks: createDynamoTasks(table),
  callbacks: createTaskQueue(environment.callbackQueue),
};
const traces = openTraces(readTraceEnvironment(process.env));

/** The queue of tasks: each task is one turn, however often it is delivered. */
export const handler = handleBatch(createLogSecret(table), {
  hide: createHideMessage(environment.taskQueue),
  read: readTaskMessage,
  about: taskConversation,
  handle({ message: key, count }, batch) {
    const invocation = tracedInvocation(traces, batch);
    return runTask(ports, retries, {
      key,
      count,
      jitter: Math.random(),
      toTurn: (task, number) => toTaskTurn(ports, environment, task, { number, invocation }),
    });
  },
});
