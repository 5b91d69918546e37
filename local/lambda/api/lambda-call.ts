import type { FunctionUrls } from '#local/function-url/function-urls.ts';
import type { Policies } from '#local/lambda/api/policies.ts';
import type { Account } from '#local/lambda/pool/account.ts';
import type { CodeUploads } from '#local/lambda/api/code-uploads.ts';
import type { EventSourceDefinition } from '#local/lambda/event-sources/read-event-sources.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import type { Functions } from '#local/lambda/functions.ts';
import { toValidationError } from '#local/lambda/api/lambda-errors.ts';
import { AwsError } from '#local/wire/aws-error.ts';
import { readShape, type Shape } from '#local/wire/shape.ts';

/** What the operations of Lambda's API read and change. */
export interface LambdaResources {
  readonly region: string;
  readonly functions: Functions;
  readonly urls: FunctionUrls;
  readonly policies: Policies;
  readonly account: Account;
  readonly uploads: CodeUploads;
  eventSources(): readonly EventSourceDefinition[];
}

/** The call of an operation on one function. */
export interface FunctionCall {
  readonly host: FunctionHost;
  /** The version or alias that the request names, in its path or its query. */
  readonly qualifier: string | undefined;
  /** What follows the operation in the path, still encoded. */
  readonly rest: string | undefined;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

export interface LambdaOutput {
  readonly status: number;
  readonly body?: unknown;
}

/** An operation on one function. Throws Lambda's errors. */
export type FunctionOperation = (
  call: FunctionCall,
  resources: LambdaResources,
) => LambdaOutput | Promise<LambdaOutput>;

/** Returns the body of a request. Throws Lambda's errors for one that does not have the shape. */
export function readInput<Input>(shape: Shape<Input>, { body }: FunctionCall): Input {
  return readShape(shape, parseBody(body), toValidationError);
}

/** Returns the JSON of a body; an empty object if there is none. Throws Lambda's error. */
export function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    const message = 'Could not parse request body into json.';
    throw new AwsError('InvalidRequestContentException', message);
  }
}
