import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';
import { startUpstreamBedrock, type UpstreamBedrock } from '#test/fixtures/upstream-bedrock.ts';

let system: StreambedSystem;
let upstream: UpstreamBedrock;

beforeAll(async () => {
  upstream = await startUpstreamBedrock();
  system = await startSystem({ bedrock: upstream.url });
});
beforeEach(() => {
  upstream.seen.requests = 0;
});
afterAll(async () => {
  await system.close();
  await upstream.close();
});

const cases: readonly (readonly [
  name: string,
  body: string,
  status: number,
  code: string,
  detail: string,
])[] = [
  ['no prompt', '{}', 400, 'invalid_request', 'prompt: is required'],
  ['a blank prompt', '{"prompt":" \\n"}', 400, 'invalid_request', 'prompt: must not be blank'],
  ['a blank message', '{"message":""}', 400, 'invalid_request', 'message: must not be blank'],
  ['broken JSON', '{"prompt":', 400, 'invalid_request', 'The body must be JSON.'],
  ['an empty body', '', 400, 'invalid_request', 'The body must be JSON.'],
  [
    'a body over the limit',
    `{"prompt":"${'x'.repeat(1_100_000)}"}`,
    413,
    'too_large',
    'at most 1048576 bytes',
  ],
  [
    'a message over the limit',
    `{"prompt":"${'x'.repeat(32_001)}"}`,
    400,
    'invalid_request',
    'at most 32000',
  ],
  [
    'an unknown conversation',
    '{"message":"Hi","conversation_id":"nope"}',
    404,
    'not_found',
    'no such conversation',
  ],
  [
    'an unknown model',
    '{"prompt":"Hi","model":"gpt-9"}',
    400,
    'invalid_request',
    'model: must be one of',
  ],
  [
    'too many tokens',
    '{"prompt":"Hi","inference":{"max_tokens":5000}}',
    400,
    'invalid_request',
    'at most 4096',
  ],
  ['an unknown field', '{"prompt":"Hi","tool":1}', 400, 'invalid_request', 'tool: is not a field'],
];

for (const path of ['/chat', '/chat/stream']) {
  test.each(cases)(
    `POST ${path} with %s is rejected, stores nothing and costs nothing`,
    async (_, body, status, code, detail) => {
      const answer = await system.api(path, { method: 'POST', body });
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      const problem: unknown = await answer.json();
      expect(problem).toMatchObject({
        code,
        status,
        request_id: answer.headers.get('x-request-id'),
      });
      expect(problem).toMatchObject({ detail: expect.stringContaining(detail) });
      expect(problem).toMatchObject({ error: expect.stringContaining(detail) });
      expect(upstream.seen.requests).toBe(0);
      expect(await (await system.api('/conversations')).json()).toEqual({ conversations: [] });
    },
  );
}

test.each([
  ['GET', '/conversations?limit=0', 'limit: must be a whole number from 1 to 100'],
  ['GET', '/conversations?cursor=x', 'cursor: must be one returned by an earlier page'],
  ['PATCH', '/conversations/c1', 'The body must be JSON.'],
])('%s %s is rejected with a precise error', async (method, path, detail) => {
  const answer = await system.api(path, { method });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ code: 'invalid_request', detail });
});

test('every method on an unknown conversation returns 404', async () => {
  const rename = { method: 'PATCH', body: '{"title":"x"}' };
  for (const init of [{}, { method: 'DELETE' }, rename]) {
    const answer = await system.api('/conversations/unknown', init);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({ code: 'not_found' });
  }
});

test('the chat URL returns 404 for other paths and methods', async () => {
  const answer = await system.signed('ChatFunction', 'nothing', post({ prompt: 'Hi' }));
  expect(answer.status).toBe(404);
  expect((await system.signed('ChatFunction', '')).status).toBe(404);
});
