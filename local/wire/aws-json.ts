import type { AwsRequest, AwsResponse, Engine } from '#local/wire/aws-exchange.ts';
import { AwsError, toAwsError, type AwsErrorOptions } from '#local/wire/aws-error.ts';
import { coralProblems } from '#local/wire/coral-problems.ts';
import { isRecord, readShape, type Problem, type Shape } from '#local/wire/shape.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';

/** An operation: what it takes, and what it gives. */
export interface Operation {
  /** Operations without a signature, such as signing in. */
  readonly isPublic?: boolean;
  run(input: unknown, call: OperationCall): unknown;
}

export interface OperationCall {
  readonly requestId: string;
  /** Aborted when the caller leaves. */
  readonly gone: AbortSignal;
}

export interface JsonService {
  /** Before the dot of `X-Amz-Target`. */
  readonly target: string;
  readonly version: '1.0' | '1.1';
  /** What stands before the code of an error in `__type`. */
  readonly errorPrefix?: string;
  readonly credentials: Credentials;
  readonly operations: ReadonlyMap<string, Operation>;
  /** The service's own error for input of another form, where it is not a ValidationException. */
  refuse?(problems: readonly Problem[]): AwsError;
}

/** An operation whose input is read by a shape first. */
export function operation<Input>(
  shape: Shape<Input>,
  run: (input: Input, call: OperationCall) => unknown,
): Operation {
  return { run: (input, call) => run(readShape(shape, input, raise), call) };
}

/** Thrown by `operation`, so that the service can say it in its own words. */
class Unreadable extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super('The input has another form.');
    this.name = 'Unreadable';
    this.problems = problems;
  }
}

const raise = (problems: readonly Problem[]): Error => new Unreadable(problems);

/** A service that speaks AWS JSON 1.0 or 1.1: one path, the operation named in a header. */
export function createJsonEngine(service: JsonService): Engine {
  return async (request, response) => {
    try {
      const output = await answer(service, request, response);
      response.start(200, { 'content-type': contentType(service) });
      response.end(JSON.stringify(output ?? {}));
    } catch (thrown) {
      const error =
        thrown instanceof Unreadable
          ? (service.refuse ?? validationError)(thrown.problems)
          : toAwsError(thrown);
      refuse(service, error, response);
    }
  };
}

function contentType({ version }: JsonService): string {
  return `application/x-amz-json-${version}`;
}

async function answer(
  service: JsonService,
  request: AwsRequest,
  { requestId, gone }: AwsResponse,
): Promise<unknown> {
  const [prefix = '', name = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  const found = prefix === service.target ? service.operations.get(name) : undefined;
  // Whether an operation is hosted is no secret, and some are asked for without a signature.
  if (found === undefined) {
    throw new AwsError('UnknownOperationException', `Operation ${name} is not hosted here.`);
  }
  if (found.isPublic !== true) verify(request, service.credentials);
  return found.run(parseBody(request.body), { requestId, gone });
}

/** Throws AWS's error for a request whose signature is missing or wrong. */
export function verify(
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
    // Said below, as for every body that is no object.
  }
  throw new AwsError('SerializationException', 'The body is not a JSON object.');
}

function refuse(service: JsonService, error: AwsError, response: AwsResponse): void {
  const { code, message, status, queryCode, members } = error;
  const query = queryCode === undefined ? {} : { 'x-amzn-query-error': `${queryCode};Sender` };
  response.start(status, { 'content-type': contentType(service), ...query });
  const type = `${service.errorPrefix ?? ''}${code}`;
  response.end(JSON.stringify({ __type: type, message, ...members }));
}

function validationError(problems: readonly Problem[]): AwsError {
  const { code, message } = coralProblems(problems);
  return new AwsError(code, message);
}
