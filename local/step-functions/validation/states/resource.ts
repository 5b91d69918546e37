import { checkTemplate } from '#local/step-functions/definition/check-expressions.ts';
import {
  isActivity,
  readResource,
  type TaskResource,
} from '#local/step-functions/definition/resources.ts';
import { integrations, isSdkAction } from '#local/step-functions/validation/states/integrations.ts';
import { member, report, type Check, type Place } from '#local/step-functions/validation/place.ts';
import { asText, isRecord } from '#local/wire/shape.ts';
import type { Json } from '#local/template/json.ts';

/** What a Task state calls. */
export const resource: Check = (value, place) => {
  if (typeof value !== 'string') return report(place, 'Expected value of type [STRING]');
  if (!value.startsWith('arn:')) return report(place, 'Value is not a valid resource ARN');
  const isExpress = place.type === 'EXPRESS';
  if (isActivity(value)) {
    if (isExpress) report(place, 'Express state machine does not support Activity ARN');
    return;
  }
  if (!exists(value)) {
    const reason =
      'The value is not a valid resource ARN, or the resource is not available in this region.';
    report(place, `The resource provided ${value} is not recognized. ${reason}`);
  } else if (isExpress && suffixOf(value) !== '') {
    // Step Functions ends one of these messages with a space.
    const [name, space] = value.includes('.sync') ? ['.sync', ''] : ['.waitForTaskToken', ' '];
    report(place, `Express state machine does not support '${name}' service integration${space}`);
  }
};

function suffixOf(arn: string): string {
  return /\.(?:sync(?::2)?|waitForTaskToken)$/u.exec(arn)?.[0] ?? '';
}

function exists(arn: string): boolean {
  const read = readResource(arn);
  if (read === undefined) return false;
  if (read.type === 'function') return true;
  const suffix = suffixOf(arn);
  if (read.isSdk) return !suffix.startsWith('.sync') && isSdkAction(read.service, read.action);
  const integration = integrations.get(`${read.service}:${read.action}`);
  return integration !== undefined && ['', ...integration.suffixes].includes(suffix);
}

/** The role with which a Task calls its resource. */
export const credentials: Check = (value, place) => {
  checkTemplate(value, place);
  if (!isRecord(value) && place.language === 'JSONata' && typeof value === 'string') return;
  if (!isRecord(value)) report(place, 'Expected value of type [OBJECT]');
  else if (!hasParameter(value, 'RoleArn'))
    report(place, "The field 'RoleArn' is required but was missing");
};

function hasParameter(parameters: Json, name: string): boolean {
  return Object.hasOwn(parameters, name) || Object.hasOwn(parameters, `${name}.$`);
}

/** Checks what a Task passes to the service that it calls. */
export function checkParameters(task: Json, place: Place): void {
  const arn = asText(task['Resource']) ?? '';
  const read = exists(arn) ? readResource(arn) : undefined;
  if (read?.type !== 'service') return;
  const name = place.language === 'JSONata' ? 'Arguments' : 'Parameters';
  const parameters = task[name];
  if (parameters === undefined) report(place, `${name} field is required for resource ARN: ${arn}`);
  else if (isRecord(parameters)) checkNames(parameters, read, member(place, name));
}

function checkNames(
  parameters: Json,
  { service, action, isSdk }: Extract<TaskResource, { type: 'service' }>,
  place: Place,
): void {
  const integration = isSdk ? undefined : integrations.get(`${service}:${action}`);
  for (const name of integration?.required ?? []) {
    if (!hasParameter(parameters, name))
      report(place, `The field '${name}' is required but was missing`);
  }
  // The names of values that are paths are checked when the task runs.
  for (const name of Object.keys(parameters).filter((each) => !each.endsWith('.$'))) {
    const isKnown = isSdk
      ? /^[A-Z]/u.test(name)
      : (integration?.parameters?.includes(name) ?? true);
    if (!isKnown) report(place, `The field "${name}" is not supported by Step Functions`);
  }
}
