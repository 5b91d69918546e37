import type { OutgoingHttpHeaders } from 'node:http';

/** An invocation as the Runtime API sends it to an environment. */
export interface RuntimeInvocation {
  readonly requestId: string;
  readonly functionArn: string;
  readonly deadlineMs: number;
  readonly payload: Buffer;
  readonly clientContext: string | undefined;
}

/** Returns the headers of an invocation. AWS's own client requires a content type. */
export function invocationHeaders({
  requestId,
  functionArn,
  deadlineMs,
  payload,
  clientContext,
}: RuntimeInvocation): OutgoingHttpHeaders {
  return {
    'content-type': 'application/json',
    'content-length': payload.length,
    'lambda-runtime-aws-request-id': requestId,
    'lambda-runtime-deadline-ms': deadlineMs,
    'lambda-runtime-invoked-function-arn': functionArn,
    'lambda-runtime-trace-id': traceId(requestId),
    ...(clientContext === undefined
      ? {}
      : { 'lambda-runtime-client-context': escapeNonAscii(clientContext) }),
  };
}

/** Headers must be ASCII, so other characters become JSON escapes. */
function escapeNonAscii(json: string): string {
  return json.replaceAll(/[^\u{20}-\u{7E}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  );
}

function traceId(requestId: string): string {
  const hex = requestId.replaceAll('-', '');
  return `Root=1-${hex.slice(0, 8)}-${hex.slice(8, 32)};Parent=${hex.slice(0, 16)};Sampled=0`;
}
