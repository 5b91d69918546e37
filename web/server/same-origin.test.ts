import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { refuseForeignRequest } from './same-origin.ts';

beforeEach(() => vi.stubEnv('PAGE_HOSTS', 'localhost:3000,127.0.0.1:3000'));
afterEach(() => vi.unstubAllEnvs());

const ownHeaders = { host: 'localhost:3000', 'content-type': 'application/json' };

async function refusal(method: string, headers: Record<string, string>): Promise<unknown> {
  const request = new Request('http://localhost:3000/api/chat/stream', { method, headers });
  return refuseForeignRequest(request)?.json();
}

test.each([
  ['POST', { ...ownHeaders, 'sec-fetch-site': 'same-origin' }],
  ['POST', { ...ownHeaders, origin: 'http://localhost:3000' }],
  ['POST', { ...ownHeaders, host: '127.0.0.1:3000' }],
  ['GET', { host: 'localhost:3000', 'sec-fetch-site': 'none' }],
  ['DELETE', { host: 'localhost:3000' }],
])('a %s request of the page is allowed: %o', async (method, headers) => {
  expect(await refusal(method, headers)).toBeUndefined();
});

test.each(['localhost:3210', 'evil.example'])(
  'the host %s is refused with a message that names PAGE_HOSTS',
  async (host) => {
    expect(await refusal('GET', { host })).toMatchObject({
      status: 403,
      code: 'forbidden',
      detail: `The page does not accept requests for the host "${host}". Add it to PAGE_HOSTS.`,
    });
  },
);

test.each([
  { ...ownHeaders, 'sec-fetch-site': 'cross-site' },
  { ...ownHeaders, 'sec-fetch-site': 'same-site' },
  { ...ownHeaders, origin: 'https://evil.example' },
])('a request from another site is refused: %o', async (headers) => {
  const detail = 'The page does not accept requests from other sites.';
  expect(await refusal('POST', headers)).toMatchObject({ status: 403, detail });
});

test('a request that another site could send without a preflight is refused', async () => {
  const detail = 'The page accepts only JSON. Set content-type to application/json.';
  const headers = { host: 'localhost:3000', 'content-type': 'text/plain' };
  expect(await refusal('POST', headers)).toMatchObject({ status: 403, detail });
});

test('any host is allowed where PAGE_HOSTS is not set', async () => {
  vi.stubEnv('PAGE_HOSTS', undefined);
  expect(await refusal('GET', { host: 'chat.example' })).toBeUndefined();
});
