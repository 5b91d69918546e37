const passedOn = [
  'content-type',
  'cache-control',
  'retry-after',
  'x-accel-buffering',
  'x-request-id',
  'x-streambed-conversation-id',
  'x-streambed-turn-id',
  'x-vercel-ai-ui-message-stream',
];

/** The headers of a function's answer that the page's server passes on. */
export function passedHeaders(answer: Response): Headers {
  const headers = new Headers();
  for (const name of passedOn) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return headers;
}
