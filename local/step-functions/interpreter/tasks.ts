import { StatesError } from '#local/step-functions/definition/definition.ts';
import { unhostedReason, type TaskResource } from '#local/step-functions/definition/resources.ts';
import type { ServiceResponse, ServiceCaller } from '#local/gateway/service-caller.ts';
import { asText, isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

/** Calls what Task states name, over the same wires as everybody else. */
export interface Tasks {
  /** Throws a `StatesError` that Retry and Catch can look for. */
  call(resource: TaskResource, parameters: unknown): Promise<unknown>;
}

export function createTasks(caller: ServiceCaller): Tasks {
  return {
    async call(resource, parameters) {
      const missing = unhostedReason(resource);
      if (missing !== undefined) throw new StatesError('States.Runtime', missing);
      if (resource.type === 'function') return callFunction(caller, resource.arn, parameters);
      const { service, action } = resource;
      switch (service) {
        case 'lambda':
          return invokeFunction(caller, record(parameters));
        case 'bedrock':
        case 'bedrockruntime':
          return askModel(caller, action, record(parameters));
        case 's3':
          return callS3(caller, action, record(parameters));
        default:
          return callJson(caller, resource, record(parameters));
      }
    },
  };
}

function serviceError(service: string, answer: ServiceResponse): StatesError {
  const { code, message } = answer.error ?? { code: 'Unknown', message: '' };
  return new StatesError(
    `${service}.${code}`,
    `${message} (Service: ${service}, Status Code: ${answer.status})`,
  );
}

interface Invoked {
  readonly payload: unknown;
  readonly answer: ServiceResponse;
}

async function runFunction(
  caller: ServiceCaller,
  name: string,
  { payload, type = 'RequestResponse' }: { readonly payload: unknown; readonly type?: string },
): Promise<Invoked> {
  const answer = await caller.send('lambda', {
    method: 'POST',
    path: `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`,
    headers: { 'content-type': 'application/json', 'x-amz-invocation-type': type },
    body: JSON.stringify(payload ?? {}),
  });
  if (answer.error !== undefined) throw serviceError('Lambda', answer);
  const result = parsed(answer.body);
  if (answer.headers.get('x-amz-function-error') !== null) {
    const { errorType } = isRecord(result) ? result : {};
    throw new StatesError(asText(errorType) ?? 'Lambda.Unknown', answer.body);
  }
  return { payload: result, answer };
}

async function callFunction(
  caller: ServiceCaller,
  arn: string,
  payload: unknown,
): Promise<unknown> {
  return (await runFunction(caller, arn, { payload })).payload;
}

/** The optimized integration tells how the call went, too. */
async function invokeFunction(
  caller: ServiceCaller,
  { FunctionName, Payload, InvocationType }: Json,
): Promise<unknown> {
  const name = asText(FunctionName);
  if (name === undefined) throw new StatesError('States.Runtime', 'FunctionName: must be a text');
  const { payload, answer } = await runFunction(caller, name, {
    payload: Payload,
    type: asText(InvocationType) ?? 'RequestResponse',
  });
  return {
    ExecutedVersion: answer.headers.get('x-amz-executed-version') ?? '$LATEST',
    Payload: payload,
    StatusCode: answer.status,
    SdkHttpMetadata: { HttpStatusCode: answer.status },
    SdkResponseMetadata: { RequestId: answer.headers.get('x-amzn-requestid') },
  };
}

/** A body in a bucket comes from there and goes there, as large ones must. */
async function askModel(caller: ServiceCaller, action: string, parameters: Json): Promise<unknown> {
  const { ModelId, Body, ContentType, Accept, Input, Output, ...others } = parameters;
  const modelId = encodeURIComponent(asText(ModelId) ?? '');
  const isConverse = action === 'converse';
  const input = asText(record(Input)['S3Uri']);
  const given = input === undefined ? Body : parsed(await readObject(caller, input));
  const answer = await caller.send('bedrock-runtime', {
    method: 'POST',
    path: `/model/${modelId}/${isConverse ? 'converse' : 'invoke'}`,
    headers: {
      'content-type': asText(ContentType) ?? 'application/json',
      accept: asText(Accept) ?? 'application/json',
    },
    body: JSON.stringify(isConverse ? lowerCased(others) : (given ?? {})),
  });
  if (answer.error !== undefined) throw serviceError('Bedrock', answer);
  if (isConverse) return upperCased(parsed(answer.body));
  const ContentTypeOut = answer.headers.get('content-type') ?? 'application/json';
  const target = asText(record(Output)['S3Uri']);
  if (target === undefined) return { Body: parsed(answer.body), ContentType: ContentTypeOut };
  await writeObject(caller, target, answer.body);
  return { Body: target, ContentType: ContentTypeOut };
}

async function readObject(caller: ServiceCaller, uri: string): Promise<string> {
  const answer = await caller.send('s3', { method: 'GET', path: objectPath(uri) });
  if (answer.error !== undefined) throw serviceError('S3', answer);
  return answer.body;
}

async function writeObject(caller: ServiceCaller, uri: string, body: string): Promise<void> {
  const answer = await caller.send('s3', { method: 'PUT', path: objectPath(uri), body });
  if (answer.error !== undefined) throw serviceError('S3', answer);
}

function objectPath(uri: string): string {
  return uri
    .replace(/^s3:\/\//u, '/')
    .split('/')
    .map(encodeSegment)
    .join('/');
}

/** A URL cannot tell segments of dots from the way to another bucket. */
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

/** The services that speak AWS JSON; an SDK integration names its errors in another spelling. */
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
  const answer = await caller.send(id, {
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${target}.${operation}`,
    },
    body: JSON.stringify(textual(service, parameters)),
  });
  if (answer.error !== undefined) throw serviceError(isSdk ? sdkName : name, answer);
  return parsed(answer.body);
}

/** A message's body may be written as an object, an execution's input, too. */
function textual(service: string, parameters: Json): Json {
  const member = service === 'sqs' ? 'MessageBody' : 'input';
  const [name, value] =
    Object.entries(parameters).find(([key]) => key.toLowerCase() === member.toLowerCase()) ?? [];
  const isStates = service === 'states' || service === 'sfn';
  const all = isStates ? lowerCased(parameters) : parameters;
  if (name === undefined || typeof value === 'string' || (!isStates && service !== 'sqs'))
    return all;
  const { [name]: _, ...others } = parameters;
  return { ...(isStates ? lowerCased(others) : others), [member]: JSON.stringify(value) };
}

function lowerCased(members: Json): Json {
  const entries = Object.entries(members);
  return Object.fromEntries(
    entries.map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]),
  );
}

/** Step Functions tells all members of an answer with a capital at first. */
function upperCased(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(upperCased);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, item]) => [name.charAt(0).toUpperCase() + name.slice(1), upperCased(item)]),
  );
}

function parsed(text: string): unknown {
  if (text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
