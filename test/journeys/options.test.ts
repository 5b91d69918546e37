import { afterAll, beforeAll, expect, test } from 'vitest';
import { publishedBy, type MetricLine } from '#test/fixtures/embedded-metrics.ts';
import { allOptions, synthesizedFolder } from '#test/fixtures/synthesized.ts';
import { post, startSystem, type StreambedSystem } from '#test/fixtures/system.ts';

/*
 * The system with every option of a deployment on: what is not hosted here is named, and the rest
 * works.
 */

let system: StreambedSystem;

beforeAll(async () => {
  system = await startSystem({ template: synthesizedFolder(allOptions) });
  const policy = {
    id: 'abcdef123456',
    blockedInputMessaging: blocked,
    blockedOutputsMessaging: blocked,
    wordPolicyConfig: { wordsConfig: [{ text: 'forbidden' }] },
  };
  await system.control('guardrails', { method: 'PUT', body: JSON.stringify([policy]) });
});
afterAll(() => system.close());

const blocked = 'Sorry, not about that.';

const origins = allOptions['allowedOrigins']?.split(',') ?? [];

test('what is not hosted is named and left out', () => {
  expect(system.state.notices).toEqual(
    expect.arrayContaining([
      'AWS::WAFv2::WebACL is not hosted here',
      'AWS::EC2::VPC is not hosted here',
      'AccessLogSetting of AWS::ApiGateway::Stage has no effect here',
      'MfaConfiguration of AWS::Cognito::UserPool has no effect here',
      'VpcConfig of AWS::Lambda::Function has no effect here',
    ]),
  );
  // Its function has run at the start.
  expect(system.state.notices.join()).not.toContain('S3AutoDeleteObjects');
});

test.each(origins)('a page of %s may send requests to the REST API', async (origin) => {
  for (const [method, path] of [
    ['POST', '/chat'],
    ['PUT', '/conversations/c1/turns/t1/feedback'],
  ] as const) {
    const preflight = await fetch(`${system.state.apis['Api']?.url}${path}`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': method },
    });
    const { status, headers } = preflight;
    expect([status, headers.get('access-control-allow-origin')]).toEqual([204, origin]);
    expect(headers.get('access-control-allow-methods')?.split(',')).toContain(method);
    expect(headers.get('access-control-allow-headers')).toMatch(/authorization/iu);
  }
});

test.each(['/chat', '/chat/stream'])('a page may read answers of %s, and errors', async (path) => {
  const [origin = ''] = origins;
  const body = { prompt: 'Hello' };
  const headers = { origin, accept: 'text/event-stream' };
  const answer = await system.api(path, post(body, { headers }));
  await answer.text();
  expect(answer.status).toBe(200);
  expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
  expect(answer.headers.get('access-control-expose-headers')).toContain('x-request-id');
  const refused = await system.api(path, post({}, { headers }));
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([
    400,
    origin,
  ]);
});

test('a page may read why it is refused without credentials', async () => {
  const headers = { origin: origins[0] ?? '' };
  const refused = await fetch(`${system.state.apis['Api']?.url}/usage`, { headers });
  expect(refused.status).toBe(401);
  expect(refused.headers.get('access-control-allow-origin')).toBe(origins[0]);
});

test('at the level WARN, a turn publishes its metrics and logs nothing else', async () => {
  const written = (): readonly MetricLine[] =>
    system.lines.flatMap((line) => {
      const [, json] = /(\{"timestamp".*\})/u.exec(line) ?? [];
      return json === undefined ? [] : [JSON.parse(json) as MetricLine];
    });
  const metrics = (): readonly MetricLine[] => written().filter(({ level }) => level === 'WARN');
  await expect.poll(() => metrics().length).toBeGreaterThanOrEqual(2);
  expect(new Set(metrics().map(({ message }) => message))).toEqual(new Set(['metrics']));
  expect(
    metrics()
      .flatMap(publishedBy)
      .map(({ name }) => name),
  ).toContain('Turns');
  expect(written().map(({ level }) => level)).not.toContain('INFO');
});

test('a request may choose what the deployment offers, and gets its settings otherwise', async () => {
  const offer = await (await system.api('/options')).json();
  expect(offer).toMatchObject({
    models: [{ name: 'Claude Haiku 4.5', thinking: true, prompt_caches: ['5m', '1h'] }, {}, {}],
    service_tiers: ['flex', 'default'],
    defaults: { effort: 'low', thinking: true, prompt_cache: '1h' },
  });
  const think = (fields: object): Promise<Response> =>
    system.api('/chat', post({ message: 'Hello', ...fields }));
  const read = async (answer: Response) => {
    const { conversation_id: id } = (await answer.json()) as { conversation_id: string };
    return (await system.api(`/conversations/${id}`)).json();
  };
  const thought = { type: 'reasoning' };
  expect(await read(await think({}))).toMatchObject({ turns: [{ content: [thought, {}] }] });
  const plain = { thinking: false, service_tier: 'default', prompt_cache: '5m' };
  expect(await read(await think(plain))).toMatchObject({
    turns: [{ content: [{ type: 'text' }] }],
  });
  const refused = await think({ service_tier: 'priority' });
  expect([refused.status, await refused.json()]).toMatchObject([
    400,
    { detail: 'service_tier: must be one of flex, default' },
  ]);
});

test('a guardrail stops every function that calls a model', async () => {
  const prompt = 'Say the forbidden word.';
  const stopped = await system.api('/chat', post({ prompt }));
  expect(await stopped.json()).toMatchObject({
    response: blocked,
    stop_reason: 'guardrail_intervened',
  });
  const invoked = await system.signed('InvokeFunction', '', post({ prompt }));
  expect(await invoked.text()).toContain(blocked);
  const query = new URLSearchParams({ input_text: prompt }).toString();
  const chained = await system.signed('LangChainFunction', `?${query}`);
  expect(await chained.json()).toMatchObject({
    output_text: blocked,
    stop_reason: 'guardrail_intervened',
  });
});
