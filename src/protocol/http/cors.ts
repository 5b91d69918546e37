/** The headers of a request that pages of other origins may send to the REST API. */
export const corsRequestHeaders = [
  'authorization',
  'content-type',
  'idempotency-key',
  'last-event-id',
  'x-api-key',
];

/** The headers of a response that such pages may read. */
export const exposedHeaders = [
  'x-request-id',
  'x-streambed-conversation-id',
  'x-streambed-turn-id',
];
