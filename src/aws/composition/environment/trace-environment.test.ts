import { expect, test } from 'vitest';
import { readTraceEnvironment } from '#aws/composition/environment/trace-environment.ts';

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example' };

test('turns are not traced without an endpoint', () => {
  expect(readTraceEnvironment({})).toBeUndefined();
  const headers = { OTEL_EXPORTER_OTLP_HEADERS: 'x-key=a', OTEL_EXPORTER_OTLP_ENDPOINT: '' };
  expect(readTraceEnvironment(headers)).toBeUndefined();
});

test('by default all traces are exported, to the path of traces', () => {
  expect(readTraceEnvironment(endpoint)).toMatchObject({
    url: new URL('https://collector.example/v1/traces'),
    headers: {},
    ratio: 1,
    resource: { 'service.name': 'streambed' },
  });
});

test.each([
  ['http://10.0.0.5:4318/', 'http://10.0.0.5:4318/v1/traces'],
  ['https://example.com/otlp', 'https://example.com/otlp/v1/traces'],
  ['https://example.com/otlp/?project=1', 'https://example.com/otlp/v1/traces?project=1'],
])('traces for %s go to %s', (base, url) => {
  expect(readTraceEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: base })?.url.href).toBe(url);
});

test('headers are separated by commas and percent-encoded', () => {
  const OTEL_EXPORTER_OTLP_HEADERS = 'Authorization=Basic%20YTpiPQ==, x-scope = team-a,,x-empty=';
  expect(readTraceEnvironment({ ...endpoint, OTEL_EXPORTER_OTLP_HEADERS })?.headers).toEqual({
    authorization: 'Basic YTpiPQ==',
    'x-scope': 'team-a',
    'x-empty': '',
  });
});

test.each([
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, 'OTEL_EXPORTER_OTLP_ENDPOINT: must be'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'secret text' }, 'OTEL_EXPORTER_OTLP_ENDPOINT: must be'],
  [{ OTEL_EXPORTER_OTLP_HEADERS: 'secret' }, 'OTEL_EXPORTER_OTLP_HEADERS: must be'],
  [{ OTEL_EXPORTER_OTLP_HEADERS: 'x-key=secret%0d%0ax-other: 1' }, 'OTEL_EXPORTER_OTLP_HEADERS'],
  [{ OTEL_EXPORTER_OTLP_HEADERS: 'x-key=secret%' }, 'OTEL_EXPORTER_OTLP_HEADERS: must be'],
  [{ OTEL_TRACES_SAMPLER_ARG: '1.5' }, 'OTEL_TRACES_SAMPLER_ARG: must be'],
  [{ OTEL_TRACES_SAMPLER_ARG: 'all' }, 'OTEL_TRACES_SAMPLER_ARG: must be'],
])('%j is refused with an error that names the variable, not its value', (change, message) => {
  const read = (): unknown => readTraceEnvironment({ ...endpoint, ...change });
  expect(read).toThrow(message);
  expect(read).not.toThrow('secret');
});
