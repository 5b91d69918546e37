import type { AwsRequest, AwsResponse, Engine } from '#local/wire/aws-exchange.ts';
import { AwsError, toAwsError, type AwsErrorOptions } from '#local/wire/aws-error.ts';
import { coralError } from '#local/wire/coral-error.ts';
import { isRecord, readShape, type Problem, type Shape } from '#local/wire/shape.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';

/** An operation of an AWS service. */
export interface Operation {
  /** Whether requests need no signature, as for signing in. */
  readonly isPublic?: boolean;
  /** Returns the output, or a promise of it. Throws an `AwsError`. */
  run(input: unknown, call: OperationCall): unknown;
}

/** The call of an operation, apart from its input. */
export interface OperationCall {
  readonly requestId: string;
  /** Aborted when the client disconnects. */
  readonly gone: AbortSignal;
}

/** A service with AWS JSON and its operations. */
export interface JsonService {
  /** The part of `X-Amz-Target` before the dot. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** The prefix of an error code in `__type`. */
  readonly errorPrefix?: string;
  readonly credentials: Credentials;
  readonly operations: ReadonlyMap<string, Operation>;
  /** Returns the service's own error for invalid input, if it is not a ValidationException. */
  refuse?(problems: readonly Problem[]): AwsError;
}

/** Returns an operation that checks its input against a shape before it runs. */
export function operation<Input>(
  shape: Shape<Input>,
  run: (input: Input, call: OperationCall) => unknown,
): Operation {
  return { run: (input, call) => run(readShape(shape, input, toInvalidInput), call) };
}

/** Thrown by `operation`, so that the service can turn it into its own error. */
class InvalidInput extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('The input is invalid.');
    this.name = 'InvalidInput';
    this.problems = problems;
  }
}

const toInvalidInput = (problems: readonly Problem[]): Error => new InvalidInput(problems);

/** Returns the engine of a service with AWS JSON 1.0 or 1.1: a header names the operation. */
export function createJsonEngine(service: JsonService): Engine {
  return async (request, response) => {
    try {
      const output = await runOperation(service, request, response);
      response.start(200, { 'content-type': contentType(service) });
      response.end(JSON.stringify(output ?? {}));
    } catch (thrown) {
      refuse(service, toServiceError(thrown, service.refuse), response);
    }
  };
}

/**
 * Returns what an operation threw as the error to return. `toError` words invalid input; by default,
 * it is a ValidationException.
 */
export function toServiceError(
  thrown: unknown,
  toError: (problems: readonly Problem[]) => AwsError = validationError,
): AwsError {
  return thrown instanceof InvalidInput ? toError(thrown.problems) : toAwsError(thrown);
}

function contentType({ version }: JsonService): string {
  return `application/x-amz-json-${version}`;
}

async function runOperation(
  service: JsonService,
  request: AwsRequest,
  { requestId, gone }: AwsResponse,
): Promise<unknown> {
  const [prefix = '', name = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  const target = prefix === service.target ? service.operations.get(name) : undefined;
  // This comes before the check of the signature, which some operations do not need.
  if (target === undefined) {
    throw new AwsError('UnknownOperationException', `Operation ${name} is not hosted here.`);
  }
  if (target.isPublic !== true) verifySignature(request, service.credentials);
  return target.run(parseBody(request.body), { requestId, gone });
}

/** Throws AWS's error if the signature of a request is missing or wrong. */
export function verifySignature(
  request: AwsRequest,
  credentials: Credentials,
  options: AwsErrorOptions = {},
): void {
  const verdict = verifySigV4(request, [credentials], Date.now());
  if (verdict.type === 'refused') throw new AwsError(verdict.code, verdict.message, options);
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    const json: unknown = JSON.parse(body.toString('utf8'));
    if (isRecord(json)) return json;
  } catch {
    // The error below is thrown for every body that is not an object.
  }
  throw new AwsError('SerializationException', 'The body is not a JSON object.');
}

function refuse(service: JsonService, error: AwsError, response: AwsResponse): void {
  const { code, message, status, queryCode, members } = error;
  const query = queryCode === undefined ? {} : { 'x-amzn-query-error': `${queryCode};Sender` };
  response.start(status, { 'content-type': contentType(service), ...query });
  const type = `${service.errorPrefix ?? ''}${code}`;
  // Systems Manager's ParameterNotFound has no message.
  const text = message === '' ? {} : { message };
  response.end(JSON.stringify({ __type: type, ...text, ...members }));
}

/** Returns a ValidationException, in the words of AWS's service framework. */
export function validationError(problems: readonly Problem[]): AwsError {
  const { code, message } = coralError(problems);
  return new AwsError(code, message);
}
