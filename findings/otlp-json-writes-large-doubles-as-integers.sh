#!/usr/bin/env bash
# @opentelemetry/otlp-transformer 0.301.1: a span attribute whose number is whole, such as 1e300, is
# written as `{"intValue":1e+300}` in OTLP's JSON. An OTLP integer has 64 bits, so a receiver that keeps
# to the protocol refuses the whole request or reads another number. The JavaScript API has one type of
# number, so whoever writes OTLP must decide by the range, not by the fraction.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @opentelemetry/otlp-transformer@0.301.1 \
  @opentelemetry/api@1.10.0 @opentelemetry/sdk-trace@3.1.0 2>/dev/null
cat >seen.mjs <<'SCRIPT'
import { TracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';

const exporter = new InMemorySpanExporter();
const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
const span = provider.getTracer('finding').startSpan('turn');
span.setAttributes({ fraction: 1.5, whole: 7, large: 1e300 });
span.end();
await provider.forceFlush();
const json = new TextDecoder().decode(JsonTraceSerializer.serializeRequest(exporter.getFinishedSpans()));
const { attributes } = JSON.parse(json).resourceSpans[0].scopeSpans[0].spans[0];
const written = Object.fromEntries(attributes.map(({ key, value }) => [key, JSON.stringify(value)]));
console.log('@opentelemetry/otlp-transformer 0.301.1', written);
process.exit(written.large === '{"intValue":1e+300}' ? 0 : 1);
SCRIPT
node seen.mjs
