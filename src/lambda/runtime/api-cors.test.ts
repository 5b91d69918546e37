import { expect, test } from 'vitest';
import { withApiCors } from '#lambda/runtime/api-cors.ts';
import type { HttpEvent } from '#lambda/runtime/http-event.ts';

const origins = 'https://chat.example.com,http://localhost:3000';

const fromApi = (headers: Readonly<Record<string, string>> | null): HttpEvent => ({
  path: '/chat',
  httpMethod: 'POST',
  headers,
  queryStringParameters: null,
  body: null,
  isBase64Encoded: false,
  requestContext: { identity: {} },
});

test.each(['https://chat.example.com', 'http://localhost:3000'])(
  'a page of %s may read the response, and the headers of Streambed',
  (origin) => {
    expect(withApiCors(fromApi({ Origin: origin }), { 'x-request-id': 'r1' }, origins)).toEqual({
      'access-control-allow-origin': origin,
      'access-control-expose-headers': expect.stringContaining('x-streambed-turn-id'),
      vary: 'origin',
      'x-request-id': 'r1',
    });
  },
);

test.each([
  'null',
  'https://chat.example.com.evil.example',
  'https://evil.example',
  'http://chat.example.com',
  'https://chat.example.com:8443',
  'https://chat.example.com,http://localhost:3000',
  '',
])('a page of "%s" may not', (origin) => {
  expect(withApiCors(fromApi({ origin }), {}, origins)).toEqual({ vary: 'origin' });
});

test('a request without an origin gets a response that caches do not give to pages', () => {
  expect(withApiCors(fromApi(null), {}, origins)).toEqual({ vary: 'origin' });
});

test('what every page may read stays so', () => {
  const headers = { 'access-control-allow-origin': '*' };
  const event = fromApi({ origin: 'https://chat.example.com' });
  expect(withApiCors(event, headers, origins)).toMatchObject(headers);
});

test('nothing is added without the setting, or by a Function URL, which adds its own', () => {
  const headers = { origin: 'https://chat.example.com' };
  expect(withApiCors(fromApi(headers), {}, undefined)).toEqual({});
  const byUrl: HttpEvent = {
    version: '2.0',
    rawPath: '/',
    headers,
    isBase64Encoded: false,
    requestContext: { http: { method: 'POST' } },
  };
  expect(withApiCors(byUrl, {}, origins)).toEqual({});
});
