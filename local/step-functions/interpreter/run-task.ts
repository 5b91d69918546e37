import { StatesError, type StateOf } from '#local/step-functions/definition/definition.ts';
import { evaluateAll } from '#local/step-functions/expressions/expressions.ts';
import { effectiveInput, type Frame } from '#local/step-functions/interpreter/frame.ts';
import { readResource, type TaskResource } from '#local/step-functions/definition/resources.ts';
import type { Run, TaskToken, Trail } from '#local/step-functions/interpreter/run.ts';
import { toStatesError } from '#local/step-functions/interpreter/guards.ts';
import { evaluate } from '#local/step-functions/expressions/templates.ts';
import { asText } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

export interface TaskSurroundings {
  readonly run: Run;
  readonly trail: Trail;
}

/** Carries out the work of a Task state, within its time. */
export async function runTask(
  state: StateOf<'Task'>,
  frame: Frame,
  { run, trail }: TaskSurroundings,
): Promise<unknown> {
  const resource = readResource(state.resource);
  if (resource === undefined) throw new StatesError('States.Runtime', state.resource);
  const names = eventNames(resource);
  const token =
    resource.type === 'service' && resource.pattern === 'callback' ? run.openToken() : undefined;
  const context =
    token === undefined ? frame.context : { ...frame.context, Task: { Token: token.token } };
  const parameters = await effectiveInput({ ...frame, context });
  const about = aboutTask(state, resource);
  const given = JSON.stringify(parameters);
  const isFunction = resource.type === 'function';
  trail.add(names.scheduled, {
    ...about,
    ...(isFunction ? { input: given } : { parameters: given }),
  });
  trail.add(names.started, about);
  try {
    const result = await inTime(perform(resource, parameters, { run, token, state, frame }), {
      seconds: await secondsOf(state.timeout, frame),
      signal: run.signal,
    });
    trail.add(names.succeeded, { ...about, output: JSON.stringify(result) });
    return result;
  } catch (thrown) {
    run.signal.throwIfAborted();
    const { error, causeText: cause } = toStatesError(thrown);
    const isLate = error === 'States.Timeout' || error === 'States.HeartbeatTimeout';
    trail.add(isLate ? names.timedOut : names.failed, { ...about, error, cause });
    throw thrown;
  } finally {
    token?.close();
  }
}

interface EventNames {
  readonly scheduled: string;
  readonly started: string;
  readonly succeeded: string;
  readonly failed: string;
  readonly timedOut: string;
}

/** A function called by its ARN has events of its own. */
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

function aboutTask({ resource }: StateOf<'Task'>, read: TaskResource): Json {
  if (read.type === 'function') return { resource };
  return { resourceType: read.service, resource: read.action };
}

interface Performing {
  readonly run: Run;
  readonly token: TaskToken | undefined;
  readonly state: StateOf<'Task'>;
  readonly frame: Frame;
}

async function perform(
  resource: TaskResource,
  parameters: unknown,
  { run, token, state, frame }: Performing,
): Promise<unknown> {
  const result = await run.call(resource, parameters);
  if (token !== undefined) {
    const heartbeat = await secondsOf(state.heartbeat, frame);
    return heartbeat === undefined
      ? token.done
      : Promise.race([token.done, token.heartbeat(heartbeat)]);
  }
  if (resource.type === 'function' || resource.pattern !== 'sync')
    return upperCased(resource, result);
  return endOf(await run.ended(asText(record(result)['executionArn']) ?? ''), state.resource);
}

/** Members of answers begin with a capital in Step Functions, whatever the service does. */
function upperCased(resource: TaskResource, result: unknown): unknown {
  const isStates = resource.type === 'service' && ['states', 'sfn'].includes(resource.service);
  return isStates ? capitalised(record(result)) : result;
}

function capitalised(members: Json): Json {
  const entries = Object.entries(members);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.charAt(0).toUpperCase() + name.slice(1), value]),
  );
}

/** How an execution that a Task waited for ended; `.sync:2` gives its output as JSON. */
function endOf(described: Json, resource: string): unknown {
  const { status, output } = described;
  if (status !== 'SUCCEEDED')
    throw new StatesError('States.TaskFailed', JSON.stringify(capitalised(described)));
  const value: unknown = resource.endsWith(':2') ? JSON.parse(asText(output) ?? 'null') : output;
  return { ...capitalised(described), Output: value };
}

async function secondsOf(value: unknown, frame: Frame): Promise<number | undefined> {
  const { input, context, variables, state } = frame;
  if (value === undefined || typeof value === 'number') return value;
  const scope = { data: input, context, variables };
  const given =
    state.language === 'JSONPath'
      ? evaluate(asText(value) ?? '', scope)
      : await evaluateAll(value, { states: { input, context }, variables });
  if (typeof given === 'number') return given;
  throw new StatesError('States.Runtime', `${JSON.stringify(given)} is no number of seconds`);
}

interface InTime {
  readonly seconds: number | undefined;
  readonly signal: AbortSignal;
}

/** Real work takes real time, so its limit is real time, too. */
async function inTime<Result>(work: Promise<Result>, { seconds, signal }: InTime): Promise<Result> {
  const ended = Promise.withResolvers<never>();
  const stop = (): void => ended.reject(signal.reason);
  const timeOut = (): void => ended.reject(new StatesError('States.Timeout', ''));
  signal.addEventListener('abort', stop, { once: true });
  const timer = seconds === undefined ? undefined : setTimeout(timeOut, seconds * 1000);
  try {
    return await Promise.race([work, ended.promise]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    work.catch(() => undefined);
  }
}
