import { startTimer } from '#local/process/clock.ts';
import { StatesError, type StateOf } from '#local/step-functions/definition/definition.ts';
import { evaluateAll } from '#local/step-functions/expressions/expressions.ts';
import { effectiveInput, type Frame } from '#local/step-functions/interpreter/frame.ts';
import { readResource, type TaskResource } from '#local/step-functions/definition/resources.ts';
import type { History, Run, TaskToken } from '#local/step-functions/interpreter/run.ts';
import { toStatesError } from '#local/step-functions/interpreter/error-handling.ts';
import { evaluate } from '#local/step-functions/expressions/templates.ts';
import { asText } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

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
  const token =
    resource.type === 'service' && resource.pattern === 'callback' ? run.openToken() : undefined;
  try {
    return await callAndRecord({ resource, run, token, state, frame }, history);
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
}

/** Calls the resource, and adds the events of the call to the history. */
async function callAndRecord(call: TaskCall, history: History): Promise<unknown> {
  const { resource, run, token, state, frame } = call;
  const context =
    token === undefined ? frame.context : { ...frame.context, Task: { Token: token.token } };
  const parameters = await effectiveInput({ ...frame, context });
  const timeout = await evaluateSeconds(state.timeout, frame);
  const heartbeat = token === undefined ? undefined : await evaluateSeconds(state.heartbeat, frame);
  const names = eventNames(resource);
  const details = taskDetails(state, resource);
  const parametersJson = JSON.stringify(parameters);
  const isFunction = resource.type === 'function';
  history.add(names.scheduled, {
    ...details,
    ...(isFunction ? { input: parametersJson } : { parameters: parametersJson }),
  });
  history.add(names.started, details);
  try {
    const result = await withTimeout(
      () => callResource(call, parameters, heartbeat),
      timeout,
      run.signal,
    );
    history.add(names.succeeded, { ...details, output: JSON.stringify(result) });
    return result;
  } catch (thrown) {
    run.signal.throwIfAborted();
    const { error, causeText: cause } = toStatesError(thrown);
    const isTimeout = error === 'States.Timeout' || error === 'States.HeartbeatTimeout';
    history.add(isTimeout ? names.timedOut : names.failed, { ...details, error, cause });
    throw thrown;
  }
}

interface EventNames {
  readonly scheduled: string;
  readonly started: string;
  readonly succeeded: string;
  readonly failed: string;
  readonly timedOut: string;
}

/** Functions that are called by their ARN have events of their own. */
function eventNames({ type }: TaskResource): EventNames {
  const prefix = type === 'function' ? 'LambdaFunction' : 'Task';
  return {
    scheduled: `${prefix}Scheduled`,
    started: `${prefix}Started`,
    succeeded: `${prefix}Succeeded`,
    failed: `${prefix}Failed`,
    timedOut: `${prefix}TimedOut`,
  };
}

function taskDetails({ resource }: StateOf<'Task'>, read: TaskResource): Json {
  if (read.type === 'function') return { resource };
  return { resourceType: read.service, resource: read.action };
}

async function callResource(
  { resource, run, token, state }: TaskCall,
  parameters: unknown,
  heartbeat: number | undefined,
): Promise<unknown> {
  const result = await run.call(resource, parameters);
  if (token !== undefined) {
    return heartbeat === undefined
      ? token.done
      : Promise.race([token.done, token.heartbeat(heartbeat)]);
  }
  if (resource.type === 'function' || resource.pattern !== 'sync')
    return capitalizeOutput(resource, result);
  return toSyncOutput(
    await run.waitForExecution(asText(record(result)['executionArn']) ?? ''),
    state.resource,
  );
}

/** Step Functions capitalizes the members of its own responses, which are in lower camel case. */
function capitalizeOutput(resource: TaskResource, result: unknown): unknown {
  const isStates = resource.type === 'service' && ['states', 'sfn'].includes(resource.service);
  return isStates ? capitalizeMembers(record(result)) : result;
}

function capitalizeMembers(members: Json): Json {
  const entries = Object.entries(members);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.charAt(0).toUpperCase() + name.slice(1), value]),
  );
}

/**
 * Returns the result of a `.sync` task that started an execution. With `.sync:2` its output is parsed
 * JSON, and otherwise text. Throws if the execution failed.
 */
function toSyncOutput(execution: Json, resource: string): unknown {
  const { status, output } = execution;
  if (status !== 'SUCCEEDED')
    throw new StatesError('States.TaskFailed', JSON.stringify(capitalizeMembers(execution)));
  const value: unknown = resource.endsWith(':2') ? JSON.parse(asText(output) ?? 'null') : output;
  return { ...capitalizeMembers(execution), Output: value };
}

async function evaluateSeconds(value: unknown, frame: Frame): Promise<number | undefined> {
  const { input, context, variables, state } = frame;
  if (value === undefined || typeof value === 'number') return value;
  const scope = { data: input, context, variables };
  const seconds =
    state.language === 'JSONPath'
      ? evaluate(asText(value) ?? '', scope)
      : await evaluateAll(value, { states: { input, context }, variables });
  if (isSeconds(seconds)) return seconds;
  throw new StatesError('States.Runtime', `${JSON.stringify(seconds)} is not a number of seconds`);
}

/** The limits of TimeoutSeconds and HeartbeatSeconds (Amazon States Language, "Task state"). */
function isSeconds(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= 99_999_999;
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
  const onTimeout = (): void => stopped.reject(new StatesError('States.Timeout', ''));
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
