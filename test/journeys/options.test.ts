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
});
afterAll(() => system.close());

const origins = allOptions['allowedOrigins']?.split(',') ?? [];

test('what is not hosted is named and left out', () => {
  expect(system.state.notices).toEqual(
    expect.arrayContaining([
      'AWS::WAFv2::WebACL is not hosted here',
      'AWS::EC2::VPC is not hosted here',
      'Custom::S3AutoDeleteObjects is not hosted here',
      'AccessLogSetting of AWS::ApiGateway::Stage has no effect here',
      'LoggingConfiguration of AWS::StepFunctions::StateMachine has no effect here',
      'MfaConfiguration of AWS::Cognito::UserPool has no effect here',
      'VpcConfig of AWS::Lambda::Function has no effect here',
    ]),
  );
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
