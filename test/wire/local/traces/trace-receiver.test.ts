import { gzipSync } from 'node:zlib';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { JsonTraceSerializer, ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { readOtlpTarget } from '#local/traces/forward.ts';
import { startTraceReceiver, type TraceReceiver } from '#local/traces/trace-receiver.ts';
import { startCollector, type Collector } from '#test/fixtures/collector.ts';

let collector: Collector;
let receiver: TraceReceiver;
const lines: string[] = [];

beforeAll(async () => {
  collector = await startCollector();
  const forwardTo = readOtlpTarget('--otlp', `${collector.url}/`, 'x-own=a%20b');
  receiver = await startTraceReceiver({ forwardTo, log: (line) => lines.push(line) });
});
afterAll(async () => {
  await receiver.close();
  await collector.close();
});

/** Returns a span that OpenTelemetry's SDK has recorded. */
async function spanOf(turnId: string): Promise<ReadableSpan[]> {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'mine' }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const attributes = { 'streambed.turn_id': turnId, count: 3, share: 0.5, on: true, list: ['a'] };
  const startTime: [number, number] = [1_796_052_345, 250_000_000];
  const tracer = provider.getTracer('mine');
  const span = tracer.startSpan('work', { kind: SpanKind.SERVER, startTime, attributes });
  span.addEvent('half', [1_796_052_345, 300_000_000]);
  span.setStatus({ code: SpanStatusCode.ERROR }).end([1_796_052_345, 375_000_000]);
  await provider.forceFlush();
  return exporter.getFinishedSpans();
}

async function jsonOf(turnId: string): Promise<string> {
  return Buffer.from(JsonTraceSerializer.serializeRequest(await spanOf(turnId)) ?? []).toString();
}

async function send(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
): Promise<{ status: number; text: string }> {
  const [name = '', value = ''] = receiver.headers.split('=');
  const response = await fetch(`${receiver.endpoint}/v1/traces`, {
    method: 'POST',
    headers: { [name]: value, 'content-type': 'application/json', ...headers },
    body,
  });
  return { status: response.status, text: await response.text() };
}

function find(turnId: string): ReturnType<TraceReceiver['store']['find']> {
  return receiver.store.find({ attributes: { 'streambed.turn_id': turnId }, limit: 10 });
}

test('a span of OpenTelemetry’s SDK is kept, and forwarded as it is', async () => {
  const json = await jsonOf('t1');
  expect(await send(json)).toEqual({ status: 200, text: '{}' });
  expect(find('t1')).toMatchObject([
    {
      spans: [
        {
          name: 'work',
          kind: 'server',
          startedAt: '2026-11-30T15:25:45.250Z',
          durationMs: 125,
          status: 'error',
          attributes: { count: 3, share: 0.5, on: true, list: ['a'] },
          events: [{ name: 'half', afterMs: 50 }],
          resource: { 'service.name': 'mine' },
        },
      ],
    },
  ]);
  const [forwarded] = await vi.waitUntil(() => collector.exports.length > 0 && collector.exports);
  expect([forwarded?.path, forwarded?.json]).toEqual(['/v1/traces', json]);
  expect(forwarded?.headers).toMatchObject({ 'x-own': 'a b' });
  expect(forwarded?.headers).not.toHaveProperty('x-streambed-key');
});

test('a compressed request is accepted', async () => {
  const body = new Uint8Array(gzipSync(await jsonOf('t2')));
  expect((await send(body, { 'content-encoding': 'gzip' })).status).toBe(200);
  expect(find('t2')).toHaveLength(1);
});

test('another encoding is refused, and the response names the setting', async () => {
  const body = new Uint8Array(ProtobufTraceSerializer.serializeRequest(await spanOf('t3')) ?? []);
  const refused = await send(body, { 'content-type': 'application/x-protobuf' });
  expect(refused.status).toBe(415);
  expect(refused.text).toContain('OTEL_EXPORTER_OTLP_PROTOCOL');
});

test.each([
  ['{', 'the body must be JSON'],
  ['{"resourceSpans":{}}', 'resourceSpans must be a list'],
  ['{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}]}]}', 'startTimeUnixNano must be'],
])('the malformed body %s is refused with a reason', async (body, reason) => {
  const { status, text } = await send(body);
  expect([status, text]).toEqual([400, expect.stringContaining(reason)]);
});

test('only the functions of the system may send traces, and no web page', async () => {
  const json = await jsonOf('t4');
  expect((await send(json, { 'x-streambed-key': 'guessed' })).status).toBe(403);
  expect((await send(json, { origin: 'https://example.com' })).status).toBe(403);
  expect(find('t4')).toEqual([]);
});

test('a collector that refuses is reported once', async () => {
  collector.behave(401);
  for (const turnId of ['t5', 't6']) await send(await jsonOf(turnId));
  await vi.waitUntil(() => collector.exports.length >= 4);
  await expect.poll(() => lines).toEqual([expect.stringContaining('answered 401')]);
});

test.each(['collector:4318', 'ftp://example.com', '', 'http://example.com?key=1'])(
  'the URL %j is refused with an error that names the option',
  (url) => {
    expect(() => readOtlpTarget('--otlp', url)).toThrow('--otlp: must be the http or https URL');
  },
);
