import { afterAll, beforeAll, expect, test } from 'vitest';
import { functionWithUrl, hostResources } from '#test/fixtures/template.ts';

const cors = {
  AllowOrigins: ['https://page.example'],
  AllowMethods: ['POST'],
  AllowHeaders: ['content-type'],
  MaxAge: 60,
};

let system: Awaited<ReturnType<typeof hostResources>>;

beforeAll(async () => {
  const url = { InvokeMode: 'BUFFERED', Cors: cors };
  system = await hostResources(functionWithUrl('Cors', { handler: 'echo', url }));
});
afterAll(() => system.close());

const call = (init: RequestInit): Promise<Response> =>
  fetch(system.state.functions['Cors']?.url ?? '', init);

test('a Function URL answers the preflight itself and adds CORS headers to responses', async () => {
  const origin = 'https://page.example';
  const request = { origin, 'access-control-request-method': 'POST' };
  const preflight = await call({ method: 'OPTIONS', headers: request });
  expect(preflight.status).toBe(200);
  expect(Object.fromEntries(preflight.headers)).toMatchObject({
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'content-type',
    'access-control-max-age': '60',
    vary: 'Origin',
  });
  expect(system.lines).toEqual([]);
  const response = await call({ method: 'POST', headers: { origin } });
  expect(response.headers.get('access-control-allow-origin')).toBe(`https://own, ${origin}`);
});

test('an origin that is not allowed gets no CORS headers', async () => {
  const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
  const preflight = await call({ method: 'OPTIONS', headers });
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
});
