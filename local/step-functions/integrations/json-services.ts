import type { ServiceCaller, ServiceResponse } from '#local/gateway/service-caller.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import {
  capitalize,
  capitalizeMembers,
  lowercaseMembers,
} from '#local/step-functions/integrations/members.ts';
import { sdkMetadata } from '#local/step-functions/integrations/metadata.ts';
import {
  optimizedErrors,
  sdkErrors,
  serviceError,
  type ErrorNames,
} from '#local/step-functions/integrations/service-errors.ts';
import { isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** An operation of a service that speaks AWS JSON. */
export interface JsonCall {
  readonly service: string;
  readonly action: string;
  readonly isSdk: boolean;
  readonly parameters: Json;
}

interface JsonService {
  /** The id under which the service is called, and the target of its operations. */
  readonly id: string;
  readonly target: string;
  readonly version?: '1.1';
  readonly optimized: ErrorNames;
  readonly sdk: ErrorNames;
  /** Headers of its responses that this host does not send. */
  readonly headers: Readonly<Record<string, string>>;
}

const stepFunctions: JsonService = {
  id: 'states',
  target: 'AWSStepFunctions',
  optimized: optimizedErrors.states,
  sdk: sdkErrors('Sfn'),
  headers: { connection: 'keep-alive' },
};

const eventBridge: JsonService = {
  id: 'events',
  target: 'AWSEvents',
  version: '1.1',
  optimized: optimizedErrors.events,
  sdk: sdkErrors('EventBridge'),
  headers: {},
};

const services: Readonly<Record<string, JsonService>> = {
  dynamodb: {
    id: 'dynamodb',
    target: 'DynamoDB_20120810',
    optimized: optimizedErrors.dynamodb,
    sdk: sdkErrors('DynamoDb'),
    headers: { Connection: 'keep-alive', Server: 'Server' },
  },
  sqs: {
    id: 'sqs',
    target: 'AmazonSQS',
    optimized: optimizedErrors.sqs,
    sdk: sdkErrors('Sqs'),
    headers: { connection: 'keep-alive' },
  },
  events: eventBridge,
  eventbridge: eventBridge,
  ssm: {
    id: 'ssm',
    target: 'AmazonSSM',
    version: '1.1',
    optimized: sdkErrors('Ssm'),
    sdk: sdkErrors('Ssm'),
    headers: {},
  },
  secretsmanager: {
    id: 'secrets-manager',
    target: 'secretsmanager',
    version: '1.1',
    optimized: sdkErrors('SecretsManager'),
    sdk: sdkErrors('SecretsManager'),
    headers: {},
  },
  sfn: stepFunctions,
  states: stepFunctions,
};

/** Calls an operation. Optimized integrations also return what the SDK says about the response. */
export async function callJsonService(
  caller: ServiceCaller,
  { service, action, isSdk, parameters }: JsonCall,
): Promise<unknown> {
  const known = services[service];
  if (known === undefined) throw new Error(`${service} is not hosted here`);
  const response = await caller.send(known.id, {
    method: 'POST',
    path: '/',
    headers: {
      'content-type': `application/x-amz-json-${known.version ?? '1.0'}`,
      'x-amz-target': `${known.target}.${capitalize(action)}`,
    },
    body: JSON.stringify(toInput(known, parameters)),
  });
  if (response.error !== undefined)
    throw serviceError(isSdk ? known.sdk : known.optimized, response);
  const output = toOutput(known, response, isSdk);
  if (!isSdk) failOnEntries(known, output);
  return isSdk ? output : { ...output, ...sdkMetadata(response, known.headers) };
}

/** The optimized `events:putEvents` fails if one of its events does (developer guide). */
function failOnEntries(known: JsonService, output: Json): void {
  const failed = Number(output['FailedEntryCount'] ?? 0);
  if (known.id !== 'events' || failed === 0) return;
  throw new StatesError('EventBridge.FailedEntry', JSON.stringify(output));
}

/** The body of a message and the input of an execution may be given as values. */
function toInput(known: JsonService, parameters: Json): Json {
  if (known.id === 'states') return withText(lowercaseMembers(parameters), 'input', '{}');
  if (known.id === 'events') return withEventTexts(parameters);
  return known.id === 'sqs' ? withText(parameters, 'MessageBody', undefined) : parameters;
}

/** The detail of an event may be given as a value. */
function withEventTexts(parameters: Json): Json {
  const { Entries } = parameters;
  if (!Array.isArray(Entries)) return parameters;
  const entries = Entries.map((entry: unknown) => withText(record(entry), 'Detail', '{}'));
  return { ...parameters, Entries: entries };
}

/** Returns members of which one is a text: a value becomes JSON, and null becomes `absent`. */
function withText(members: Json, name: string, absent: string | undefined): Json {
  const value = members[name];
  if (value === undefined || typeof value === 'string') return members;
  return { ...members, [name]: value === null ? absent : JSON.stringify(value) };
}

function toOutput(known: JsonService, { body }: ServiceResponse, isSdk: boolean): Json {
  const output = record(body === '' ? {} : parseStateJson(body));
  if (known.version === '1.1') return isSdk ? record(convertDates(output, isSdk)) : output;
  if (known.id !== 'states') return output;
  return record(convertDates(capitalizeMembers(output), isSdk));
}

/** The wire has seconds. SDK integrations return ISO 8601, and optimized ones milliseconds. */
function convertDates(value: unknown, isSdk: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => convertDates(item, isSdk));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      if (!name.endsWith('Date') || typeof item !== 'number')
        return [name, convertDates(item, isSdk)];
      const ms = Math.round(item * 1000);
      return [name, isSdk ? new Date(ms).toISOString() : ms];
    }),
  );
}
