import { randomUUID } from 'node:crypto';
import { AwsError } from '#local/wire/aws-error.ts';
import type { State } from '#local/step-functions/definition/definition.ts';
import { readResource } from '#local/step-functions/definition/resources.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';
import { isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** The members that a context object may have, with their types; `any` is every JSON value. */
const members: Readonly<Record<string, Readonly<Record<string, 'string' | 'number' | 'any'>>>> = {
  Execution: {
    Id: 'string',
    Input: 'any',
    Name: 'string',
    RoleArn: 'string',
    StartTime: 'string',
    RedriveCount: 'number',
    RedriveTime: 'string',
  },
  State: { EnteredTime: 'string', Name: 'string', RetryCount: 'number' },
  StateMachine: { Id: 'string', Name: 'string' },
  Task: { Token: 'string' },
};

/** Returns the context object of a request. Throws AWS's error for one that an execution cannot have. */
export function readContext(text: string, state: State): Json {
  const context = parse(text);
  for (const [name, value] of Object.entries(context)) {
    if (name === 'Map') {
      throw invalid("'Map' field is not supported when mocking a Context object");
    }
    const known = Object.hasOwn(members, name) ? members[name] : undefined;
    if (known === undefined) throw invalid(`Field '${name}' is not allowed`);
    if (!isRecord(value)) throw invalid(`${name} must be an object`);
    for (const [member, each] of Object.entries(value)) {
      const type = Object.hasOwn(known, member) ? known[member] : undefined;
      if (type === undefined) throw invalid(`Field '${member}' is not allowed`);
      if (type !== 'any' && typeof each !== type)
        throw invalid(`${name}.${member} must be a ${type}`);
    }
  }
  if (Object.hasOwn(context, 'Task') && !waits(state)) {
    throw invalid(
      "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' service integration pattern",
    );
  }
  return context;
}

function parse(text: string): Json {
  try {
    const value = parseStateJson(text);
    if (isRecord(value)) return value;
  } catch {
    // The message is the same for a value that is no object.
  }
  throw invalid('The Context object must be a JSON object');
}

/** Returns whether a state waits for a job or for a token. */
export function waits(state: State): boolean {
  const resource = state.type === 'Task' ? readResource(state.resource) : undefined;
  return resource?.type === 'service' && resource.pattern !== 'request';
}

function invalid(reason: string): AwsError {
  return new AwsError('ValidationException', `Invalid Context object provided: ${reason}`);
}

/** What a context object is made from. */
export interface ContextParts {
  readonly region: string;
  readonly accountId: string;
  readonly input: unknown;
  readonly roleArn: string | undefined;
  readonly now: number;
}

/** Returns the context object of a state that is tested: that of an execution of an express machine. */
export function defaultContext(
  state: State,
  { region, accountId, input, roleArn, now }: ContextParts,
): Json {
  const [name, machine] = [randomUUID(), randomUUID()];
  const time = new Date(now).toISOString();
  const prefix = `arn:aws:states:${region}:${accountId}`;
  return {
    Execution: {
      Id: `${prefix}:express:${machine}:${name}`,
      Input: input,
      Name: name,
      RoleArn: roleArn ?? null,
      StartTime: time,
    },
    StateMachine: { Id: `${prefix}:stateMachine:${machine}`, Name: machine },
    State: { Name: state.name, EnteredTime: time, ...('retry' in state ? { RetryCount: 0 } : {}) },
  };
}

/** Returns the token that a mocked context object has. */
export function tokenOf(context: Json): unknown {
  return record(context['Task'])['Token'];
}
