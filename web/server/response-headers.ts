const forwardedHeaders = [
  'content-type',
  'cache-control',
  'retry-after',
  'x-accel-buffering',
  'x-request-id',
  'x-streambed-conversation-id',
  'x-streambed-turn-id',
  'x-vercel-ai-ui-message-stream',
];

/** Returns the headers of a function's response that the browser may see. */
export function responseHeaders(response: Response): Headers {
  const headers = new Headers();
  for (const name of forwardedHeaders) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}
