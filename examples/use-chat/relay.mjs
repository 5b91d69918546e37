const { STREAMBED_API, STREAMBED_KEY } = process.env;

/**
 * The server side of `useChat`: sends its requests on to Streambed with the API key, which must not
 * reach a browser. In Next.js, export it as `POST` from `app/api/chat/route.js` and as `GET` from
 * `app/api/chat/[id]/stream/route.js`. Other servers need only the web's Request and Response.
 *
 * All requests with one key belong to one owner. If your users sign in, send their access token as
 * `authorization: Bearer …` in place of the key: then each has their own conversations.
 */
export async function relay(request) {
  return request.method === 'POST' ? answer(request) : resume(request);
}

async function answer(request) {
  return call('/chat/stream', { method: 'POST', body: await request.text() }, request.signal);
}

/** Answers `GET /api/chat/{id}/stream`: the rest of a response that is still being written. */
async function resume(request) {
  const id = new URL(request.url).pathname.split('/').at(-2);
  const response = await call(`/conversations/${id}/stream`, {}, request.signal);
  // A chat without messages does not exist yet. For `useChat`, 204 means: nothing to resume.
  return response.status === 404 ? new Response(null, { status: 204 }) : response;
}

async function call(path, init, signal) {
  const headers = { 'x-api-key': STREAMBED_KEY, 'content-type': 'application/json' };
  const response = await fetch(`${STREAMBED_API}${path}`, { ...init, headers, signal });
  const contentType = response.headers.get('content-type') ?? 'text/plain';
  return new Response(response.body, {
    status: response.status,
    headers: { 'content-type': contentType },
  });
}
