import { startTimer } from '#local/process/clock.ts';
import { StatesError, type StateOf } from '#local/step-functions/definition/definition.ts';
import { readResource, type TaskResource } from '#local/step-functions/definition/resources.ts';
import { toSyncResult } from '#local/step-functions/integrations/sync-result.ts';
import { checkParameters } from '#local/step-functions/interpreter/check-parameters.ts';
import { checkSize } from '#local/step-functions/interpreter/check-size.ts';
import { toStatesError } from '#local/step-functions/interpreter/error-handling.ts';
import { evaluateAll } from '#local/step-functions/expressions/expressions.ts';
import { fillTemplate } from '#local/step-functions/expressions/templates.ts';
import {
  effectiveInput,
  expressionScope,
  pathScope,
  type Frame,
} from '#local/step-functions/interpreter/frame.ts';
import { readNumber } from '#local/step-functions/interpreter/read-number.ts';
import type { History, Run, TaskToken } from '#local/step-functions/interpreter/run.ts';
import {
  createTaskEvents,
  type TaskCredentials,
  type TaskEvents,
  type TaskLimits,
} from '#local/step-functions/interpreter/task-events.ts';
import { asText } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';

/** What a Task state needs in addition to the frame. */
export interface TaskContext {
  readonly run: Run;
  readonly history: History;
}

/** Runs a Task state and returns its result. Throws a `StatesError` if it fails or times out. */
export async function runTask(
  state: StateOf<'Task'>,
  frame: Frame,
  { run, history }: TaskContext,
): Promise<unknown> {
  const resource = readResource(state.resource);
  if (resource === undefined) throw new StatesError('States.Runtime', state.resource);
  const waits = resource.type === 'service' && resource.pattern === 'callback';
  const token = waits ? run.openToken() : undefined;
  const events = createTaskEvents(history, resource, state.resource, run.region);
  try {
    return await callAndRecord({ resource, run, token, state, frame, events });
  } finally {
    token?.close();
  }
}

/** The call of a task's resource. */
interface TaskCall {
  readonly resource: TaskResource;
  readonly run: Run;
  readonly token: TaskToken | undefined;
  readonly state: StateOf<'Task'>;
  readonly frame: Frame;
  readonly events: TaskEvents;
}

/** Calls the resource, and adds the events of the call to the history. */
async function callAndRecord(call: TaskCall): Promise<unknown> {
  const { run, token, frame, events } = call;
  const context =
    token === undefined ? frame.context : { ...frame.context, Task: { Token: token.token } };
  const parameters = await effectiveInput({ ...frame, context });
  checkParameters(call.resource, parameters, frame.state.language);
  const limits = await readLimits(call);
  const credentials = await readCredentials(call);
  events.scheduled(JSON.stringify(parameters), { ...limits, ...credentials });
  try {
    const { timeoutInSeconds } = limits;
    const result = await withTimeout(
      () => callResource(call, parameters, limits),
      timeoutInSeconds,
      run.signal,
    );
    checkSize(events.source, result);
    events.succeeded(JSON.stringify(result));
    return result;
  } catch (thrown) {
    run.signal.throwIfAborted();
    events.failed(toStatesError(thrown));
    throw thrown;
  }
}

async function readLimits({ state, frame }: TaskCall): Promise<TaskLimits> {
  const read = async (name: string, value: unknown): Promise<number | undefined> =>
    value === undefined ? undefined : readNumber({ name, min: 1, max: 99_999_999 }, value, frame);
  return {
    timeoutInSeconds: await read('TimeoutSeconds', state.timeout),
    heartbeatInSeconds: await read('HeartbeatSeconds', state.heartbeat),
  };
}

/** Every call is made by the same user here. The role is only recorded. */
async function readCredentials({ state, frame }: TaskCall): Promise<TaskCredentials> {
  const { credentials } = state;
  if (credentials === undefined) return {};
  const { RoleArn: role } = record(
    state.language === 'JSONata'
      ? await evaluateAll(credentials, expressionScope(frame), 'Credentials')
      : fillTemplate(credentials, pathScope(frame)),
  );
  const roleArn = asText(role);
  return roleArn === undefined ? {} : { taskCredentials: { roleArn } };
}

async function callResource(
  { resource, run, token, state, events }: TaskCall,
  parameters: unknown,
  { heartbeatInSeconds }: TaskLimits,
): Promise<unknown> {
  if (run.mock !== undefined) return run.mock.task(parameters);
  const result = await run.call(resource, parameters);
  const isSync = resource.type === 'service' && resource.pattern === 'sync';
  if (token === undefined && !isSync) return result;
  run.signal.throwIfAborted();
  events.submitted(JSON.stringify(result));
  if (token === undefined) {
    const arn = asText(record(result)['ExecutionArn']) ?? '';
    return toSyncResult(await run.waitForExecution(arn), state.resource.endsWith(':2'));
  }
  return heartbeatInSeconds === undefined
    ? token.done
    : Promise.race([token.done, token.heartbeat(heartbeatInSeconds)]);
}

/**
 * Does work with a timeout, and until the signal is aborted. Uses real time and not the clock of
 * the execution, because the call takes real time.
 */
async function withTimeout<Result>(
  work: () => Promise<Result>,
  seconds: number | undefined,
  signal: AbortSignal,
): Promise<Result> {
  signal.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const onAbort = (): void => stopped.reject(signal.reason);
  const onTimeout = (): void => stopped.reject(new StatesError('States.Timeout'));
  signal.addEventListener('abort', onAbort, { once: true });
  const timer = seconds === undefined ? undefined : startTimer(seconds * 1000, onTimeout);
  try {
    // The race also handles an error of work that fails after its timeout.
    return await Promise.race([work(), stopped.promise]);
  } finally {
    timer?.stop();
    signal.removeEventListener('abort', onAbort);
  }
}
