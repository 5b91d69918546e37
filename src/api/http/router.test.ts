import { expect, test } from 'vitest';
import type { HttpRequest } from '#api/http/http.ts';
import { createRouter } from '#api/http/router.ts';

const route = createRouter<'GET /tasks/{task_id}' | 'POST /tasks' | 'GET /a.json', string, string>({
  'GET /tasks/{task_id}': async (caller, { task_id: id }) => `${caller} reads ${id}`,
  'POST /tasks': async (caller) => `${caller} submits`,
  'GET /a.json': async () => 'json',
});

const request = (method: string, path: string): HttpRequest => {
  const caller = { type: 'anonymous' } as const;
  return { method, path, headers: {}, query: {}, body: '', caller };
};

test('a request is answered by the route of its method and path', async () => {
  expect(await route(request('GET', '/tasks/t-1'), 'ada')).toBe('ada reads t-1');
  expect(await route(request('POST', '/tasks'), 'ada')).toBe('ada submits');
});

test.each([
  ['PUT', '/tasks'],
  ['GET', '/tasks'],
  ['GET', '/tasks/'],
  ['GET', '/tasks/a/b'],
  ['POST', '/tasks/a'],
  ['GET', '/axjson'],
  ['GET', '/toString'],
])('%s %s has no route', async (method, path) => {
  await expect(route(request(method, path), 'ada')).rejects.toMatchObject({
    code: 'not_found',
    message: `There is no route ${method} ${path}.`,
  });
});
