import { encodeFrame } from '#local/event-stream.ts';
import type { AwsRequest, AwsResponse, Engine } from '#local/aws-exchange.ts';
import { FunctionError, type FunctionErrorBody } from '#local/lambda/function-error.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import type { RuntimeAnswer } from '#local/lambda/runtime-api.ts';
import { isDecodable } from '#local/read-body.ts';
import { verifySigV4, type Credentials } from '#local/sigv4.ts';
import { accountId } from '#local/stack-scope.ts';

/** The largest payload of a call that waits for its answer. */
const maxPayloadBytes = 6 * 1024 * 1024;

export interface LambdaApi {
  readonly credentials: Credentials;
  readonly region: string;
  /** A function by its name. */
  hostOf(name: string): FunctionHost | undefined;
}

/** Lambda's own API, as far as it runs functions: Invoke and InvokeWithResponseStream. */
export function createLambdaEngine(api: LambdaApi): Engine {
  return async (request, response) => {
    const verdict = verifySigV4(request, [api.credentials], Date.now());
    if (verdict.type === 'refused') return refuse(response, verdict.code, verdict);
    const [, version, segment = ''] = operationForm.exec(request.url.split('?')[0] ?? '') ?? [];
    if (version === undefined || request.method !== 'POST' || !isDecodable(segment)) {
      const message = 'The operation is not known.';
      return refuse(response, 'UnknownOperationException', { message });
    }
    const name = functionName(decodeURIComponent(segment));
    const host = api.hostOf(name);
    if (host === undefined) {
      const message = `Function not found: arn:aws:lambda:${api.region}:${accountId}:function:${name}`;
      return refuse(response, 'ResourceNotFoundException', { message });
    }
    await invoke({ host, request, response, isStreamed: version === '2021-11-15' });
  };
}

const operationForm =
  /^\/(2015-03-31|2021-11-15)\/functions\/([^/]+)\/(?:invocations|response-streaming-invocations)$/u;

/** The name in a name, a name with a qualifier, or an ARN of either. */
function functionName(given: string): string {
  const [, , , , , kind, name] = given.split(':');
  if (kind === 'function' && name !== undefined) return name;
  return given.split(':')[0] ?? given;
}

interface Invocation {
  readonly host: FunctionHost;
  readonly request: AwsRequest;
  readonly response: AwsResponse;
  readonly isStreamed: boolean;
}

async function invoke({ host, request, response, isStreamed }: Invocation): Promise<void> {
  const type = String(request.headers['x-amz-invocation-type'] ?? 'RequestResponse');
  if (type === 'DryRun') {
    response.start(204, executed);
    return response.end();
  }
  if (type !== 'RequestResponse') {
    const message = `InvocationType ${type} is not hosted here.`;
    return refuse(response, 'InvalidParameterValueException', { message });
  }
  if (request.body.length > maxPayloadBytes) {
    const message = `Request must be smaller than ${maxPayloadBytes} bytes for the InvokeFunction operation`;
    return refuse(response, 'RequestTooLargeException', { message });
  }
  const payload = request.body.length === 0 ? Buffer.from('{}') : request.body;
  if (!isJson(payload)) {
    const message = 'Could not parse request body into json.';
    return refuse(response, 'InvalidRequestContentException', { message });
  }
  const answer = await host.invoke(response.requestId, payload);
  if (answer === 'throttled') {
    const body = { Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' };
    const refusal = { ...body, message: 'Rate Exceeded.' };
    return refuse(response, 'TooManyRequestsException', refusal);
  }
  await (isStreamed ? stream(answer, response) : whole(answer, response));
}

const executed = { 'x-amz-executed-version': '$LATEST' };

function isJson(payload: Buffer): boolean {
  try {
    JSON.parse(payload.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** What a function gave, as one body; that it failed is said in a header. */
async function whole(answer: RuntimeAnswer, response: AwsResponse): Promise<void> {
  const result = await payloadOf(answer);
  const isError = !(result instanceof Buffer);
  const failed = isError ? { 'x-amz-function-error': 'Unhandled' } : {};
  response.start(200, { 'content-type': 'application/json', ...executed, ...failed });
  response.end(isError ? JSON.stringify(result) : result);
}

async function payloadOf(answer: RuntimeAnswer): Promise<Buffer | FunctionErrorBody> {
  if (answer.type === 'error') return answer.error;
  if (answer.type === 'buffered') return answer.payload;
  try {
    return Buffer.concat(await Array.fromAsync(answer.body));
  } catch (error) {
    return errorBody(error);
  }
}

/** What a function gives, as it comes; how it ended is the last event. */
async function stream(answer: RuntimeAnswer, response: AwsResponse): Promise<void> {
  response.start(200, { 'content-type': 'application/vnd.amazon.eventstream', ...executed });
  let failure: FunctionErrorBody | undefined;
  try {
    if (answer.type === 'error') failure = answer.error;
    else if (answer.type === 'buffered') await response.write(chunkFrame(answer.payload));
    else for await (const bytes of answer.body) await response.write(chunkFrame(bytes));
  } catch (error) {
    failure = errorBody(error);
  }
  response.end(completeFrame(failure));
}

function chunkFrame(bytes: Buffer): Buffer {
  const headers = {
    ':message-type': 'event',
    ':event-type': 'PayloadChunk',
    ':content-type': 'application/octet-stream',
  };
  return encodeFrame(headers, bytes);
}

function completeFrame(failure: FunctionErrorBody | undefined): Buffer {
  const headers = {
    ':message-type': 'event',
    ':event-type': 'InvokeComplete',
    ':content-type': 'application/json',
  };
  const told =
    failure === undefined ? {} : { ErrorCode: 'Unhandled', ErrorDetails: JSON.stringify(failure) };
  return encodeFrame(headers, JSON.stringify(told));
}

function errorBody(error: unknown): FunctionErrorBody {
  if (error instanceof FunctionError) return error.body;
  return { errorType: 'Unhandled', errorMessage: String(error) };
}

interface Refusal {
  readonly message: string;
  readonly Reason?: string | undefined;
}

function refuse(response: AwsResponse, type: keyof typeof statuses, refusal: Refusal): void {
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': type };
  response.start(statuses[type], headers);
  const { message, Reason } = refusal;
  response.end(JSON.stringify({ Reason, Type: 'User', message }));
}

const statuses = {
  ExpiredTokenException: 403,
  IncompleteSignatureException: 403,
  InvalidParameterValueException: 400,
  InvalidRequestContentException: 400,
  InvalidSignatureException: 403,
  MissingAuthenticationTokenException: 403,
  RequestTooLargeException: 413,
  ResourceNotFoundException: 404,
  TooManyRequestsException: 429,
  UnknownOperationException: 404,
  UnrecognizedClientException: 403,
} as const;
