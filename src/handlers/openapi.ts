import { noLogSecret } from '#api/log/log-names.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';
import { toOpenApi } from '#protocol/openapi/openapi.ts';

const body = JSON.stringify(toOpenApi());

/** `GET /openapi.json`: the description of the REST API. */
export const handler = respondBuffered(noLogSecret, async (_, { requestId }) => ({
  status: 200,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'public, max-age=300',
    'access-control-allow-origin': '*',
    'x-request-id': requestId,
  },
  body,
}));
