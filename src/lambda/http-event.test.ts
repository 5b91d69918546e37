import { expect, test } from 'vitest';
import { toHttpRequest, withApiCors, type HttpEvent } from '#lambda/http-event.ts';

/** The bodies of both kinds of events, as AWS passes on what a client sent. */
function events(sent: Buffer, isBase64Encoded: boolean): readonly HttpEvent[] {
  const body = sent.toString(isBase64Encoded ? 'base64' : 'utf8');
  const common = { headers: { 'Content-Length': String(sent.length) }, body, isBase64Encoded };
  return [
    { ...common, version: '2.0', rawPath: '/', requestContext: { http: { method: 'POST' } } },
    {
      ...common,
      path: '/',
      httpMethod: 'POST',
      queryStringParameters: null,
      requestContext: { identity: {} },
    },
  ];
}

const invalid: readonly (readonly [string, Buffer])[] = [
  ['a byte of Latin-1', Buffer.from('{"message":"caf\xe9"}', 'latin1')],
  ['Shift_JIS', Buffer.from('7b2261223a2282a0227d', 'hex')],
  ['a surrogate', Buffer.from('{"a":"\xed\xa0\x80"}', 'latin1')],
  ['an overlong slash', Buffer.from('{"a":"\xc0\xaf"}', 'latin1')],
  ['a cut character beside U+FFFD', Buffer.from('{"a":"\xef\xbf\xbd\xe6\x97"}', 'latin1')],
];

test.each(invalid)('a body with %s is refused', (_, sent) => {
  for (const event of [...events(sent, true), ...events(sent, false)]) {
    expect(() => toHttpRequest(event).body).toThrow('The body must be valid UTF-8.');
  }
});

test('a valid body is passed on unchanged, even with U+FFFD or a byte order mark', () => {
  for (const text of ['', '{"a":"日本語 😀"}', '{"a":"\u{FFFD}"}', '\u{FEFF}{}']) {
    const sent = Buffer.from(text);
    for (const event of [...events(sent, true), ...events(sent, false)]) {
      expect(toHttpRequest(event).body).toBe(text);
    }
  }
});

test('U+FFFD in a body of unknown length is not held against it', () => {
  for (const event of events(Buffer.from('\u{FFFD}'), false)) {
    expect(toHttpRequest({ ...event, headers: {} }).body).toBe('\u{FFFD}');
  }
});

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
