import type { HttpResponse } from '#api/http/http.ts';

/** The status and the JSON of a response. */
export interface JsonResult {
  readonly status: number;
  /** Absent for a response without content. */
  readonly body?: object;
  /** Where the result of the request can be read, relative to its path. */
  readonly location?: string;
}

/** Returns a response in JSON that no cache stores. */
export function jsonResponse(
  { status, body, location }: JsonResult,
  requestId: string,
): HttpResponse {
  return {
    status,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(location === undefined ? {} : { location }),
      'cache-control': 'no-store',
      'x-request-id': requestId,
    },
    body: body === undefined ? '' : JSON.stringify(body),
  };
}
