import { noLogSecret } from '#api/log/log-names.ts';
import { openOpenApi } from '#handlers/answers/openapi.ts';
import { respondBuffered } from '#lambda/respond-buffered.ts';

/** `GET /openapi.json`: the description of the REST API. */
export const handler = respondBuffered(noLogSecret, openOpenApi());
