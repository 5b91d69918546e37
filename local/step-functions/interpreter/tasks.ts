import { StatesError } from '#local/step-functions/definition/definition.ts';
import { unhostedReason, type TaskResource } from '#local/step-functions/definition/resources.ts';
import type { ServiceResponse, ServiceCaller } from '#local/gateway/service-caller.ts';
import { asText, isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** Calls the resources of Task states. */
export interface TaskCaller {
  /** Returns the result. Throws a `StatesError`, which Retry and Catch can match. */
  call(resource: TaskResource, parameters: unknown): Promise<unknown>;
}

/** Returns a task caller that sends signed requests to the services, as their clients do. */
export function createTaskCaller(caller: ServiceCaller): TaskCaller {
  return {
    async call(resource, parameters) {
      const reason = unhostedReason(resource);
      if (reason !== undefined) throw new StatesError('States.Runtime', reason);
      if (resource.type === 'function') return callFunction(caller, resource.arn, parameters);
      const { service, action } = resource;
      switch (service) {
        case 'lambda':
          return invokeFunction(caller, record(parameters));
        case 'bedrock':
        case 'bedrockruntime':
          return callBedrock(caller, action, record(parameters));
        case 's3':
          return callS3(caller, action, record(parameters));
        default:
          return callJson(caller, resource, record(parameters));
      }
    },
  };
}

function serviceError(service: string, response: ServiceResponse): StatesError {
  const { code, message } = response.error ?? { code: 'Unknown', message: '' };
  return new StatesError(
    `${service}.${code}`,
    `${message} (Service: ${service}, Status Code: ${response.status})`,
  );
}

interface FunctionResponse {
  readonly payload: unknown;
  readonly response: ServiceResponse;
}

async function requestInvocation(
  caller: ServiceCaller,
  name: string,
  payload: unknown,
  type = 'RequestResponse',
): Promise<FunctionResponse> {
  const response = await caller.send('lambda', {
    method: 'POST',
    path: `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`,
    headers: { 'content-type': 'application/json', 'x-amz-invocation-type': type },
    body: JSON.stringify(payload ?? {}),
  });
  if (response.error !== undefined) throw serviceError('Lambda', response);
  const result = parseJson(response.body);
  if (response.headers.get('x-amz-function-error') !== null) {
    const { errorType } = isRecord(result) ? result : {};
    throw new StatesError(asText(errorType) ?? 'Lambda.Unknown', response.body);
  }
  return { payload: result, response };
}

async function callFunction(
  caller: ServiceCaller,
  arn: string,
  payload: unknown,
): Promise<unknown> {
  return (await requestInvocation(caller, arn, payload)).payload;
}

/** The optimized integration also returns the status and the version. */
async function invokeFunction(
  caller: ServiceCaller,
  { FunctionName, Payload, InvocationType }: Json,
): Promise<unknown> {
  const name = asText(FunctionName);
  if (name === undefined) throw new StatesError('States.Runtime', 'FunctionName: must be a string');
  const { payload, response } = await requestInvocation(
    caller,
    name,
    Payload,
    asText(InvocationType),
  );
  return {
    ExecutedVersion: response.headers.get('x-amz-executed-version') ?? '$LATEST',
    Payload: payload,
    StatusCode: response.status,
    SdkHttpMetadata: { HttpStatusCode: response.status },
    SdkResponseMetadata: { RequestId: response.headers.get('x-amzn-requestid') },
  };
}

/** Calls a model. Its input can be read from S3, and its output written to S3. */
async function callBedrock(
  caller: ServiceCaller,
  action: string,
  parameters: Json,
): Promise<unknown> {
  const { ModelId, Body, ContentType, Accept, Input, Output, ...others } = parameters;
  const modelId = encodeURIComponent(asText(ModelId) ?? '');
  const isConverse = action === 'converse';
  const input = asText(record(Input)['S3Uri']);
  const body = input === undefined ? Body : parseJson(await readObject(caller, input));
  const response = await caller.send('bedrock-runtime', {
    method: 'POST',
    path: `/model/${modelId}/${isConverse ? 'converse' : 'invoke'}`,
    headers: {
      'content-type': asText(ContentType) ?? 'application/json',
      accept: asText(Accept) ?? 'application/json',
    },
    body: JSON.stringify(isConverse ? lowercaseMembers(others) : (body ?? {})),
  });
  if (response.error !== undefined) throw serviceError('Bedrock', response);
  if (isConverse) return capitalizeMembers(parseJson(response.body));
  const responseType = response.headers.get('content-type') ?? 'application/json';
  const target = asText(record(Output)['S3Uri']);
  if (target === undefined) return { Body: parseJson(response.body), ContentType: responseType };
  await writeObject(caller, target, response.body);
  return { Body: target, ContentType: responseType };
}

async function readObject(caller: ServiceCaller, uri: string): Promise<string> {
  const response = await caller.send('s3', { method: 'GET', path: objectPath(uri) });
  if (response.error !== undefined) throw serviceError('S3', response);
  return response.body;
}

async function writeObject(caller: ServiceCaller, uri: string, body: string): Promise<void> {
  const response = await caller.send('s3', { method: 'PUT', path: objectPath(uri), body });
  if (response.error !== undefined) throw serviceError('S3', response);
}

function objectPath(uri: string): string {
  return uri
    .replace(/^s3:\/\//u, '/')
    .split('/')
    .map(encodeSegment)
    .join('/');
}

/** Throws for the segments `.` and `..`, which a URL would resolve, perhaps to another bucket. */
function encodeSegment(segment: string): string {
  if (!/^\.{1,2}$/u.test(segment)) return encodeURIComponent(segment);
  throw new StatesError('S3.InvalidURI', 'Keys with . or .. between slashes are not hosted here');
}

async function callS3(caller: ServiceCaller, action: string, parameters: Json): Promise<unknown> {
  const uri = `s3://${asText(parameters['Bucket'])}/${asText(parameters['Key'])}`;
  if (action === 'getObject') return { Body: await readObject(caller, uri) };
  const { Body } = parameters;
  await writeObject(caller, uri, typeof Body === 'string' ? Body : JSON.stringify(Body));
  return {};
}

type JsonService = readonly [service: string, target: string, name: string, sdkName: string];

/** The services with AWS JSON. SDK integrations spell the names of errors differently. */
const jsonServices: Readonly<Record<string, JsonService>> = {
  dynamodb: ['dynamodb', 'DynamoDB_20120810', 'DynamoDB', 'DynamoDb'],
  sfn: ['states', 'AWSStepFunctions', 'Sfn', 'Sfn'],
  sqs: ['sqs', 'AmazonSQS', 'SQS', 'Sqs'],
  states: ['states', 'AWSStepFunctions', 'StepFunctions', 'StepFunctions'],
};

async function callJson(
  caller: ServiceCaller,
  { service, action, isSdk }: TaskResource & { readonly type: 'service' },
  parameters: Json,
): Promise<unknown> {
  const [id, target, name, sdkName] = jsonServices[service] ?? [service, service, service, service];
  const operation = `${action.charAt(0).toUpperCase()}${action.slice(1)}`;
  const response = await caller.send(id, {
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${target}.${operation}`,
    },
    body: JSON.stringify(stringifyBody(service, parameters)),
  });
  if (response.error !== undefined) throw serviceError(isSdk ? sdkName : name, response);
  return parseJson(response.body);
}

/** Serializes the body of a message or the input of an execution, which may be an object. */
function stringifyBody(service: string, parameters: Json): Json {
  const member = service === 'sqs' ? 'MessageBody' : 'input';
  const [name, value] =
    Object.entries(parameters).find(([key]) => key.toLowerCase() === member.toLowerCase()) ?? [];
  const isStates = service === 'states' || service === 'sfn';
  const all = isStates ? lowercaseMembers(parameters) : parameters;
  if (name === undefined || typeof value === 'string' || (!isStates && service !== 'sqs'))
    return all;
  const { [name]: _, ...others } = parameters;
  return { ...(isStates ? lowercaseMembers(others) : others), [member]: JSON.stringify(value) };
}

function lowercaseMembers(members: Json): Json {
  const entries = Object.entries(members);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
  );
}

/** Step Functions capitalizes every member of a response. */
function capitalizeMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(capitalizeMembers);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, item]) => [
      name.charAt(0).toUpperCase() + name.slice(1),
      capitalizeMembers(item),
    ]),
  );
}

function parseJson(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
