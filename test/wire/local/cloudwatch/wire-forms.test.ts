import type { Datapoint } from '@aws-sdk/client-cloudwatch';
import { AwsClient } from 'aws4fetch';
import { XMLParser } from 'fast-xml-parser';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { HostedTemplate } from '#test/fixtures/host-template.ts';
import { hostMeasured, measuredFunction } from '#test/fixtures/measured-function.ts';

/* What CloudWatch's older protocols look like, beyond what the SDK checks. */

let system: HostedTemplate;
let signer: AwsClient;

beforeAll(async () => {
  system = await hostMeasured();
  const { credentials, region } = system.config;
  signer = new AwsClient({ ...credentials, region, service: 'monitoring', retries: 0 });
});

afterAll(() => system.close());

/** Sends a request as clients did before CBOR. */
async function query(parameters: Readonly<Record<string, string>>): Promise<Response> {
  const body = new URLSearchParams({ Version: '2010-08-01', ...parameters });
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return signer.fetch(system.config.endpoint, { method: 'POST', headers, body: String(body) });
}

const oldRequest = (): Readonly<Record<string, string>> => ({
  Action: 'GetMetricStatistics',
  Namespace: 'AWS/Lambda',
  MetricName: 'Duration',
  'Dimensions.member.1.Name': 'FunctionName',
  'Dimensions.member.1.Value': measuredFunction,
  StartTime: new Date(Date.now() - 3_600_000).toISOString(),
  EndTime: new Date(Date.now() + 60_000).toISOString(),
  Period: '3600',
  'Statistics.member.1': 'SampleCount',
  'Statistics.member.2': 'Maximum',
  'ExtendedStatistics.member.1': 'p99',
});

const parser = new XMLParser({ isArray: (name) => name === 'member' || name === 'entry' });

test('the query protocol returns XML', async () => {
  const response = await query(oldRequest());
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/xml']);
  const text = await response.text();
  expect(text).toContain('xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"');
  const { GetMetricStatisticsResponse: root } = parser.parse(text) as {
    GetMetricStatisticsResponse: {
      GetMetricStatisticsResult: { Label: string; Datapoints: { member: unknown[] } };
    };
  };
  const { Label, Datapoints } = root.GetMetricStatisticsResult;
  expect(Label).toBe('Duration');
  const counts = Datapoints.member.map((point) => (point as { SampleCount: number }).SampleCount);
  expect(counts.reduce((total, count) => total + count, 0)).toBe(6);
  expect(Datapoints.member[0]).toMatchObject({
    Timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/u),
    Unit: 'Milliseconds',
    Maximum: expect.any(Number),
    ExtendedStatistics: { entry: [{ key: 'p99', value: expect.any(Number) }] },
  });
  const list = await (await query({ Action: 'ListMetrics', MetricName: 'Errors' })).text();
  expect(list).toContain('<MetricName>Errors</MetricName>');
});

test.each([
  ['InvalidParameterValue', { EndTime: '2000-01-01T00:00:00Z' }],
  ['InvalidParameterCombination', { Period: '1' }],
  ['MissingParameter', { MetricName: undefined }],
  ['ValidationError', { 'Statistics.member.1': 'Median' }],
  ['InvalidAction', { Action: 'PutDashboards' }],
])('the query protocol returns the error %s', async (code, change) => {
  const parameters = Object.entries({ ...oldRequest(), ...change }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const response = await query(Object.fromEntries(parameters));
  expect(response.status).toBe(400);
  expect(await response.text()).toContain(`<Type>Sender</Type><Code>${code}</Code>`);
});

test('AWS JSON returns times in seconds', async () => {
  const now = Date.now() / 1000;
  const body = {
    Namespace: 'AWS/Lambda',
    MetricName: 'Invocations',
    StartTime: now - 3_600,
    EndTime: now + 60,
    Period: 3_600,
    Statistics: ['Sum'],
  };
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'GraniteServiceVersion20100801.GetMetricStatistics',
  };
  const send = (input: object): Promise<Response> =>
    signer.fetch(system.config.endpoint, { method: 'POST', headers, body: JSON.stringify(input) });
  const { Datapoints } = (await (await send(body)).json()) as { Datapoints: Datapoint[] };
  const time = Number(Datapoints[0]?.Timestamp);
  expect([time > now - 3_600, time < now + 60, time % 60]).toEqual([true, true, 0]);
  const refused = await send({ ...body, EndTime: 0 });
  expect(refused.status).toBe(400);
  expect(refused.headers.get('x-amzn-query-error')).toBe('InvalidParameterValue;Sender');
  expect(await refused.json()).toMatchObject({
    __type: 'com.amazonaws.cloudwatch#InvalidParameterValueException',
  });
});

test.each([
  ['/service/GraniteServiceVersion20100801/operation/ListMetrics', {}],
  ['/', { 'x-amz-target': 'GraniteServiceVersion20100801.ListMetrics' }],
])('an unsigned request to %s is refused', async (path, headers) => {
  const response = await fetch(`${system.config.endpoint}${path}`, {
    method: 'POST',
    headers: { 'smithy-protocol': path === '/' ? 'none' : 'rpc-v2-cbor', ...headers },
  });
  expect([400, 403]).toContain(response.status);
  expect(await response.text()).toContain('MissingAuthenticationTokenException');
});
