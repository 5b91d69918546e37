/** How a function answers: in one piece, or as a stream. */
export type Transfer = 'buffered' | 'streamed';

export interface RouteTarget {
  /** The function that serves the route, by the name of its file in `src/handlers`. */
  readonly handler: string;
  readonly transfer: Transfer;
  /** Whether callers need no credentials. */
  readonly isPublic?: true;
}

/**
 * Every route of the REST API. The functions, the OpenAPI document and the infrastructure take
 * their paths from this table.
 */
export const routes = {
  'POST /chat': { handler: 'chat-buffered', transfer: 'buffered' },
  'POST /chat/stream': { handler: 'chat', transfer: 'streamed' },
  'GET /options': { handler: 'conversations', transfer: 'buffered' },
  'GET /conversations': { handler: 'conversations', transfer: 'buffered' },
  'GET /conversations/{conversation_id}': { handler: 'conversations', transfer: 'buffered' },
  'PATCH /conversations/{conversation_id}': { handler: 'conversations', transfer: 'buffered' },
  'DELETE /conversations/{conversation_id}': { handler: 'conversations', transfer: 'buffered' },
  'POST /conversations/{conversation_id}/stop': { handler: 'conversations', transfer: 'buffered' },
  'PUT /conversations/{conversation_id}/turns/{turn_id}/feedback': {
    handler: 'conversations',
    transfer: 'buffered',
  },
  'DELETE /conversations/{conversation_id}/turns/{turn_id}/feedback': {
    handler: 'conversations',
    transfer: 'buffered',
  },
  'GET /conversations/{conversation_id}/stream': {
    handler: 'conversation-stream',
    transfer: 'streamed',
  },
  'POST /attachments': { handler: 'data', transfer: 'buffered' },
  'GET /attachments/{attachment_id}': { handler: 'data', transfer: 'buffered' },
  'GET /search': { handler: 'conversations', transfer: 'buffered' },
  'GET /usage': { handler: 'conversations', transfer: 'buffered' },
  'POST /knowledge/search': { handler: 'knowledge', transfer: 'buffered' },
  'POST /tasks': { handler: 'tasks', transfer: 'buffered' },
  'GET /tasks': { handler: 'tasks', transfer: 'buffered' },
  'GET /tasks/{task_id}': { handler: 'tasks', transfer: 'buffered' },
  'DELETE /tasks/{task_id}': { handler: 'tasks', transfer: 'buffered' },
  'GET /callback-secret': { handler: 'tasks', transfer: 'buffered' },
  'POST /callback-secret': { handler: 'tasks', transfer: 'buffered' },
  'POST /documents': { handler: 'documents', transfer: 'buffered' },
  'GET /documents': { handler: 'documents', transfer: 'buffered' },
  'GET /documents/{document_id}': { handler: 'documents', transfer: 'buffered' },
  'DELETE /documents/{document_id}': { handler: 'documents', transfer: 'buffered' },
  'POST /analyses': { handler: 'documents', transfer: 'buffered' },
  'GET /analyses/{analysis_id}': { handler: 'documents', transfer: 'buffered' },
  'DELETE /analyses/{analysis_id}': { handler: 'documents', transfer: 'buffered' },
  'POST /data/exports': { handler: 'data', transfer: 'buffered' },
  'GET /data/exports/{export_id}': { handler: 'data', transfer: 'buffered' },
  'POST /data/deletions': { handler: 'data', transfer: 'buffered' },
  'GET /data/deletions/{deletion_id}': { handler: 'data', transfer: 'buffered' },
  'POST /v1/chat/completions': { handler: 'openai', transfer: 'streamed' },
  'GET /v1/models': { handler: 'openai', transfer: 'streamed' },
  'GET /v1/models/{model}': { handler: 'openai', transfer: 'streamed' },
  'GET /openapi.json': { handler: 'openapi', transfer: 'buffered', isPublic: true },
} as const satisfies Readonly<Record<string, RouteTarget>>;

/** A method and a path, such as `GET /tasks/{task_id}`. */
export type Route = keyof typeof routes;

/** The names of the parameters in a route's path. */
export type PathParameter<Name extends string> =
  Name extends `${string}{${infer Parameter}}${infer Rest}`
    ? Parameter | PathParameter<Rest>
    : never;

/** Returns the method and the path of a route. */
export function splitRoute(route: string): readonly [method: string, path: string] {
  const space = route.indexOf(' ');
  return [route.slice(0, space), route.slice(space + 1)];
}

/** The routes that a function serves, by the name of its file in `src/handlers`. */
export type RoutesOf<Handler extends string> = {
  [Key in Route]: (typeof routes)[Key]['handler'] extends Handler ? Key : never;
}[Route];
