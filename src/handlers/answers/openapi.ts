import type { Answer } from '#api/http/http.ts';
import { toOpenApi } from '#protocol/openapi/openapi.ts';

/** `GET /openapi.json`: the description of the REST API. */
export function openOpenApi(): Answer {
  const body = JSON.stringify(toOpenApi());
  return async (_, { requestId }) => ({
    status: 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'public, max-age=300',
      'access-control-allow-origin': '*',
      'x-request-id': requestId,
    },
    body,
  });
}
