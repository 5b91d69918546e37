import { randomUUID } from 'node:crypto';
import { AwsError } from '#local/wire/aws-error.ts';
import { errorBodyOf, type FunctionErrorBody } from '#local/lambda/invoke/function-error.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { maxResponseBytes } from '#local/lambda/limits.ts';
import { isNameOf } from '#local/lambda/definition/read-functions.ts';
import type { InvocationResult } from '#local/lambda/environment/runtime-api.ts';

/** The hosted functions. */
export interface Functions {
  all(): readonly FunctionHost[];
  /** Finds a function by name or ARN, optionally with `$LATEST`, a version or an alias. */
  find(nameOrArn: string): FunctionHost | undefined;
  /** Invokes a function and waits for its complete result; a streamed response is buffered. */
  call(nameOrArn: string, payload: unknown, requestId?: string): Promise<CallResult>;
}

/** The result of a call. `missing` means that there is no such function. */
export type CallResult =
  | { readonly type: 'result'; readonly payload: Buffer }
  | { readonly type: 'error'; readonly error: FunctionErrorBody }
  | { readonly type: 'throttled' | 'missing' };

/** Creates the lookup of functions. `hosts` may grow later. */
export function createFunctions(hosts: readonly FunctionHost[]): Functions {
  const find = (nameOrArn: string): FunctionHost | undefined =>
    hosts.find(
      ({ definition }) =>
        isNameOf(definition, nameOrArn) && hasQualifier(definition.aliases, nameOrArn),
    );
  return {
    find,
    all: () => hosts,
    async call(nameOrArn, payload, requestId = randomUUID()) {
      const host = find(nameOrArn);
      if (host === undefined) return { type: 'missing' };
      const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload));
      const result = await host.invoke({ requestId, payload: bytes });
      return result === 'throttled' ? { type: 'throttled' } : collectResult(result);
    },
  };
}

/** Whether the version or alias at the end of a name exists. A name without one is valid. */
function hasQualifier(aliases: readonly string[], nameOrArn: string): boolean {
  const parts = nameOrArn.split(':');
  const qualifier = nameOrArn.startsWith('arn:') ? parts[7] : parts[1];
  return (
    qualifier === undefined || /^(?:\$LATEST|\d+)$/u.test(qualifier) || aliases.includes(qualifier)
  );
}

/**
 * Reads a complete result. The payload of a streamed response includes the head before its body.
 * Returns an error if the response is too large or cut off.
 */
export async function collectResult(
  result: InvocationResult,
): Promise<Extract<CallResult, { type: 'result' | 'error' }>> {
  if (result.type === 'error') return result;
  if (result.type === 'buffered') return { type: 'result', payload: result.payload };
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of result.body) {
      length += chunk.length;
      if (length <= maxResponseBytes) chunks.push(chunk);
    }
  } catch (error) {
    return { type: 'error', error: errorBodyOf(error) };
  }
  if (length <= maxResponseBytes) return { type: 'result', payload: Buffer.concat(chunks) };
  return { type: 'error', error: tooLarge };
}

const tooLarge: FunctionErrorBody = {
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`,
};

/** Returns Lambda's error for a function that does not exist. */
export function functionNotFound(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, { status: 404 });
}
