import type { HttpResponse } from '#lambda/runtime/http.ts';

export interface JsonResult {
  readonly status: number;
  /** Left out where there is nothing to say. */
  readonly body?: object;
}

/** A result as an answer in JSON, which nobody keeps for others. */
export function jsonResponse({ status, body }: JsonResult, requestId: string): HttpResponse {
  return {
    status,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      'cache-control': 'no-store',
      'x-request-id': requestId,
    },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}
