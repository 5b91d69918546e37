import { randomUUID } from 'node:crypto';
import { AwsError } from '#local/wire/aws-error.ts';
import { errorBodyOf, type FunctionErrorBody } from '#local/lambda/invoke/function-error.ts';
import type { FunctionHost } from '#local/lambda/function-host.ts';
import { isNameOf } from '#local/lambda/definition/read-functions.ts';
import type { InvocationResult } from '#local/lambda/environment/runtime-api.ts';

/** The functions there are. */
export interface Functions {
  all(): readonly FunctionHost[];
  /** A function by its name or ARN, perhaps with `$LATEST`, a version or an alias. */
  find(nameOrArn: string): FunctionHost | undefined;
  /** Calls a function and waits for its whole result; a streamed one is collected. */
  call(nameOrArn: string, payload: unknown): Promise<CallResult>;
}

/** How a call ended. */
export type CallResult =
  | { readonly type: 'result'; readonly payload: Buffer }
  | { readonly type: 'error'; readonly error: FunctionErrorBody }
  | { readonly type: 'throttled' | 'missing' };

/** The functions among these hosts, which may be added to later. */
export function createFunctions(hosts: readonly FunctionHost[]): Functions {
  const find = (nameOrArn: string): FunctionHost | undefined =>
    hosts.find(
      ({ definition }) =>
        isNameOf(definition, nameOrArn) && hasQualifier(definition.aliases, nameOrArn),
    );
  return {
    find,
    all: () => hosts,
    async call(nameOrArn, payload) {
      const host = find(nameOrArn);
      if (host === undefined) return { type: 'missing' };
      const bytes = Buffer.isBuffer(payload) ? payload : Buffer.from(JSON.stringify(payload));
      const answer = await host.invoke({ requestId: randomUUID(), payload: bytes });
      return answer === 'throttled' ? { type: 'throttled' } : collectResult(answer);
    },
  };
}

/** Whether the version or alias that a name ends with is there; a name may have none. */
function hasQualifier(aliases: readonly string[], nameOrArn: string): boolean {
  const parts = nameOrArn.split(':');
  const qualifier = nameOrArn.startsWith('arn:') ? parts[7] : parts[1];
  return (
    qualifier === undefined || /^(?:\$LATEST|\d+)$/u.test(qualifier) || aliases.includes(qualifier)
  );
}

/** A buffered result may be so large: 6 MiB and a little. */
const maxResultBytes = 6_291_556;

/** All of an answer, streamed or not: a head before a streamed body is part of it. */
export async function collectResult(
  answer: InvocationResult,
): Promise<Extract<CallResult, { type: 'result' | 'error' }>> {
  if (answer.type === 'error') return answer;
  if (answer.type === 'buffered') return { type: 'result', payload: answer.payload };
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of answer.body) {
      length += chunk.length;
      if (length <= maxResultBytes) chunks.push(chunk);
    }
  } catch (error) {
    return { type: 'error', error: errorBodyOf(error) };
  }
  if (length <= maxResultBytes) return { type: 'result', payload: Buffer.concat(chunks) };
  return { type: 'error', error: tooLarge };
}

const tooLarge: FunctionErrorBody = {
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size exceeded maximum allowed payload size (${maxResultBytes} bytes).`,
};

/** Lambda's error for a function that is not there. */
export function functionNotFound(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, { status: 404 });
}
