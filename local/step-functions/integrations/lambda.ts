import type { ServiceCaller, ServiceResponse } from '#local/gateway/service-caller.ts';
import { StatesError } from '#local/step-functions/definition/definition.ts';
import { parseStateJson } from '#local/step-functions/expressions/state-json.ts';
import { sdkMetadata } from '#local/step-functions/integrations/metadata.ts';
import {
  optimizedErrors,
  sdkErrors,
  serviceError,
} from '#local/step-functions/integrations/service-errors.ts';
import { asText, isRecord } from '#local/wire/shape.ts';
import type { Json } from '#local/template/json.ts';

/** Calls the function of a Task with a function's ARN. Returns what the function returned. */
export async function callFunction(
  caller: ServiceCaller,
  arn: string,
  payload: unknown,
): Promise<unknown> {
  const response = await invoke(caller, { FunctionName: arn }, JSON.stringify(payload));
  if (response.error !== undefined) throw serviceError(optimizedErrors.lambda, response);
  return readResult(response);
}

/** Calls a function as the optimized integration does. The result has the status and the version. */
export async function invokeFunction(caller: ServiceCaller, parameters: Json): Promise<unknown> {
  const response = await invoke(caller, parameters, toPayload(parameters['Payload']));
  if (response.error !== undefined) throw serviceError(optimizedErrors.lambda, response);
  const Payload = readResult(response);
  const headers = { Connection: 'keep-alive', 'x-amzn-Remapped-Content-Length': '0' };
  const ExecutedVersion = response.headers.get('x-amz-executed-version') ?? '$LATEST';
  return {
    ExecutedVersion,
    Payload,
    ...sdkMetadata(response, { ...headers, 'X-Amz-Executed-Version': ExecutedVersion }),
    StatusCode: response.status,
  };
}

/** Calls a function as the SDK does: the payload stays text, and its error does not fail the task. */
export async function invokeBySdk(caller: ServiceCaller, parameters: Json): Promise<unknown> {
  const response = await invoke(caller, parameters, toPayload(parameters['Payload']));
  if (response.error !== undefined) throw serviceError(sdkErrors('Lambda'), response);
  const FunctionError = response.headers.get('x-amz-function-error') ?? undefined;
  return {
    ExecutedVersion: response.headers.get('x-amz-executed-version') ?? '$LATEST',
    ...(FunctionError === undefined ? {} : { FunctionError }),
    Payload: response.body,
    StatusCode: response.status,
  };
}

/** Returns a payload as JSON. A text that is JSON is sent as that JSON. */
function toPayload(payload: unknown): string {
  if (typeof payload === 'string' && parseJson(payload) !== undefined) return payload;
  return JSON.stringify(payload ?? {});
}

async function invoke(
  caller: ServiceCaller,
  { FunctionName, InvocationType, Qualifier }: Json,
  body: string,
): Promise<ServiceResponse> {
  const name = asText(FunctionName);
  if (name === undefined) throw new StatesError('States.Runtime', 'FunctionName: must be a string');
  const qualifier = asText(Qualifier);
  const query = qualifier === undefined ? '' : `?Qualifier=${encodeURIComponent(qualifier)}`;
  return caller.send('lambda', {
    method: 'POST',
    path: `/2015-03-31/functions/${encodeURIComponent(name)}/invocations${query}`,
    headers: {
      'content-type': 'application/json',
      'x-amz-invocation-type': asText(InvocationType) ?? 'RequestResponse',
    },
    body,
  });
}

/** Returns what a function returned. Throws its error under the name that it has. */
function readResult({ body, headers }: ServiceResponse): unknown {
  const result = body === '' ? {} : (parseJson(body) ?? body);
  if (headers.get('x-amz-function-error') === null) return result;
  const errorType = asText(isRecord(result) ? result['errorType'] : undefined);
  if (errorType !== undefined) throw new StatesError(errorType, body);
  throw new StatesError(
    'Lambda.Unknown',
    `The cause could not be determined because Lambda did not return an error type. Returned payload: ${body}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return parseStateJson(text);
  } catch {
    return undefined;
  }
}
