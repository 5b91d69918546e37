import { expect, test } from 'vitest';
import { acceptedFormat } from '#api/turn/turn-response.ts';

test.each([
  ['text/event-stream', 'ui'],
  ['text/html, application/json, text/event-stream', 'json'],
  ['application/json;q=0.5, text/event-stream', 'ui'],
  ['Text/Plain; charset=utf-8;q=0.9, text/event-stream;q=0.8', 'text'],
  ['application/json;q=0, */*', undefined],
  ['', undefined],
])('the accept header %j selects the format %s', (accept, format) => {
  expect(acceptedFormat(accept)).toBe(format);
});
