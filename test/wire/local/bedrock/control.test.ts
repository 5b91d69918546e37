import { readFile } from 'node:fs/promises';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBedrock } from '#test/fixtures/bedrock.ts';
import { runLines, shellBlock } from '#test/fixtures/document-commands.ts';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

let system: HostedTemplate;

beforeAll(async () => {
  system = await hostText('Resources: { Queue: { Type: AWS::SQS::Queue } }');
});
afterAll(() => system.close());

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const signer = (keys: Keys): AwsClient =>
  new AwsClient({ ...keys, region: 'us-east-1', service: 'bedrock', retries: 0 });

/** Returns all routes of the control API, as `GET journal`, from the error for an unknown one. */
async function listRoutes(): Promise<readonly string[]> {
  const url = `${system.state.endpoints.aws}/_streambed/unknown`;
  const response = await signer(system.state.credentials).fetch(url);
  expect(response.status).toBe(404);
  const { routes } = (await response.json()) as { routes: readonly string[] };
  expect(routes).toEqual(expect.arrayContaining(['GET journal', 'POST scenarios', 'GET health']));
  return [...routes, 'GET unknown'];
}

const bodyOf: Readonly<Record<string, string>> = {
  'POST scenarios': '{"match":{"text":"never"},"fail":{"type":"ThrottlingException"}}',
  'PUT guardrails': '[]',
};

function toRequest(route: string, url: string): readonly [url: string, init: RequestInit] {
  const [method = '', path = ''] = route.split(' ');
  const body = bodyOf[route];
  return [`${url}/_streambed/${path}`, { method, ...(body === undefined ? {} : { body }) }];
}

test('a hosted system refuses every control route without its own signature', async () => {
  const { credentials, endpoints } = system.state;
  const stranger = { ...credentials, accessKeyId: 'AKIAOTHER' };
  const forger = { ...credentials, secretAccessKey: 'wrong' };
  const refusals = [
    ['MissingAuthenticationTokenException', fetch],
    ['UnrecognizedClientException', signer(stranger).fetch.bind(signer(stranger))],
    ['InvalidSignatureException', signer(forger).fetch.bind(signer(forger))],
  ] as const;
  for (const route of await listRoutes()) {
    for (const [type, send] of refusals) {
      const response = await send(...toRequest(route, endpoints.aws));
      const body = await response.text();
      expect([route, response.status]).toEqual([route, 403]);
      expect(response.headers.get('x-amzn-errortype')).toContain(type);
      expect(Object.keys(JSON.parse(body))).toEqual(['message']);
    }
  }
});

test('a hosted system accepts every control route with its own signature', async () => {
  const { credentials, endpoints } = system.state;
  for (const route of await listRoutes()) {
    const response = await signer(credentials).fetch(...toRequest(route, endpoints.aws));
    const expected = route === 'GET unknown' ? 404 : 200;
    expect([route, response.status]).toEqual([route, expected]);
  }
});

test('the API keys of models do not open the control API, unless there is nothing else', async () => {
  const [key = ''] = system.state.bedrock.apiKeys;
  const journal = (url: string): Promise<Response> =>
    fetch(`${url}/_streambed/journal`, { headers: { authorization: `Bearer ${key}` } });
  const refused = await journal(system.state.endpoints.aws);
  expect(refused.status).toBe(403);
  expect(refused.headers.get('x-amzn-errortype')).toContain('AccessDeniedException');
  const keysOnly = await startBedrock({
    identity: { mode: 'strict', credentials: [], apiKeys: [key] },
  });
  expect((await journal(keysOnly.url)).status).toBe(200);
  expect((await fetch(`${keysOnly.url}/_streambed/journal`)).status).toBe(403);
  await keysOnly.close();
});

test.each(['off', 'lenient'] as const)(
  'under %s sign-in, the control API is open',
  async (mode) => {
    const bedrock = await startBedrock({ identity: { mode, credentials: [], apiKeys: [] } });
    expect((await fetch(`${bedrock.url}/_streambed/journal`)).status).toBe(200);
    await bedrock.close();
  },
);

test('the commands of the documentation work with the default sign-in', async () => {
  const bedrock = await startBedrock();
  const lines = shellBlock(await readFile('docs/local-bedrock.md', 'utf8'), 'Faults');
  const own = lines.map((line) =>
    line.replace('curl ', 'curl -sS --fail ').replace('http://127.0.0.1:4566', bedrock.url),
  );
  const results = await runLines(own);
  expect(results).toHaveLength(3);
  expect(results.filter(({ code }) => code !== 0)).toEqual([]);
  await bedrock.close();
});

test('a scenario is removed by its name, and the journal shows what it was applied to', async () => {
  const bedrock = await startBedrock();
  const control = async (path: string, init?: RequestInit): Promise<unknown> =>
    (await fetch(`${bedrock.url}/_streambed/${path}`, init)).json();
  const ask = (text: string): Promise<Response> =>
    fetch(`${bedrock.url}/model/amazon.nova-lite-v1:0/converse`, {
      method: 'POST',
      headers: { authorization: 'Bearer any' },
      body: JSON.stringify({ messages: [{ role: 'user', content: [{ text }] }] }),
    });
  const named = (name: string): object => ({ name, match: { text: name }, eol: true });
  await control('scenarios', { method: 'POST', body: JSON.stringify(['one', 'two'].map(named)) });
  expect((await ask('one')).status).toBe(404);
  expect((await ask('two')).status).toBe(404);
  const requests = [{ prompt: 'one' }];
  expect(await control('journal?scenario=one')).toMatchObject({ requests });
  const left = await control('scenarios?name=one', { method: 'DELETE' });
  expect(left).toEqual({ scenarios: [named('two')] });
  expect((await ask('one')).status).toBe(200);
  expect((await ask('two')).status).toBe(404);
  await bedrock.close();
});
