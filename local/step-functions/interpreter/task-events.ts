import type { StatesError } from '#local/step-functions/definition/definition.ts';
import type { TaskResource } from '#local/step-functions/definition/resources.ts';
import {
  failureMembers,
  inputMembers,
  outputMembers,
} from '#local/step-functions/interpreter/event-details.ts';
import type { History } from '#local/step-functions/interpreter/run.ts';

/** Limits of a task in seconds. */
export interface TaskLimits {
  readonly timeoutInSeconds: number | undefined;
  readonly heartbeatInSeconds: number | undefined;
}

/** The role of a task, as events have it. */
export interface TaskCredentials {
  readonly taskCredentials?: { readonly roleArn: string };
}

/** Records the events of a task. Values are JSON. */
export interface TaskEvents {
  /** What a result that is too large is said to come from. */
  readonly source: string;
  scheduled(parameters: string, members: TaskLimits & TaskCredentials): void;
  submitted(output: string): void;
  succeeded(output: string): void;
  failed(error: StatesError): void;
}

/** Returns the events of a call of a resource. Functions that are called by ARN have their own. */
export function createTaskEvents(
  history: History,
  { type }: TaskResource,
  arn: string,
  region: string,
): TaskEvents {
  return type === 'function' ? functionEvents(history, arn) : serviceEvents(history, arn, region);
}

function functionEvents(history: History, resource: string): TaskEvents {
  return {
    source: resource,
    scheduled(parameters, members) {
      const details = { resource, ...inputMembers(parameters), ...members };
      history.add('LambdaFunctionScheduled', details);
      history.add('LambdaFunctionStarted');
    },
    submitted: () => undefined,
    succeeded: (output) => void history.add('LambdaFunctionSucceeded', outputMembers(output)),
    failed: (error) =>
      void history.add(`LambdaFunction${failureName(error)}`, failureMembers(error)),
  };
}

/** The service and the action in the ARN of a service integration. */
const serviceForm = /^(?:[^:]*:){5}((?:aws-sdk:)?[^:]+):(.+)$/u;

function serviceEvents(history: History, arn: string, region: string): TaskEvents {
  const [, resourceType = '', resource = ''] = serviceForm.exec(arn) ?? [];
  const names = { resourceType, resource };
  return {
    source: resourceType,
    scheduled(parameters, members) {
      history.add('TaskScheduled', { ...names, region, parameters, ...members });
      history.add('TaskStarted', names);
    },
    submitted: (output) =>
      void history.add('TaskSubmitted', { ...names, ...outputMembers(output) }),
    succeeded: (output) =>
      void history.add('TaskSucceeded', { ...names, ...outputMembers(output) }),
    failed: (error) =>
      void history.add(`Task${failureName(error)}`, { ...names, ...failureMembers(error) }),
  };
}

function failureName({ error }: StatesError): string {
  return error === 'States.Timeout' ? 'TimedOut' : 'Failed';
}
