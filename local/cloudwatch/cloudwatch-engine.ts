import { getMetricStatistics } from '#local/cloudwatch/get-statistics.ts';
import { listMetrics } from '#local/cloudwatch/list-metrics.ts';
import { invalidInput } from '#local/cloudwatch/metric-errors.ts';
import type { MetricStore } from '#local/cloudwatch/metric-store.ts';
import { createCborEngine } from '#local/wire/rpc/aws-cbor.ts';
import type { Engine } from '#local/wire/aws-exchange.ts';
import { createJsonEngine, type Operation } from '#local/wire/aws-json.ts';
import { createQueryEngine } from '#local/wire/aws-query.ts';
import { asQuery } from '#local/wire/rpc/query-operation.ts';
import { renderOutput, type OutputForm } from '#local/wire/rpc/render-output.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

export interface CloudWatchOptions {
  readonly metrics: MetricStore;
  readonly credentials: Credentials;
  /** Milliseconds since 1970. */
  now(): number;
}

/** The service's name in all protocols but the oldest. */
const name = 'GraniteServiceVersion20100801';

/**
 * Returns the engine of CloudWatch, with the operations that read metrics. It answers each client in
 * its own protocol: CBOR, as SDKs send since 2025, AWS JSON 1.0, or the older query protocol.
 */
export function createCloudWatchEngine({ metrics, credentials, now }: CloudWatchOptions): Engine {
  const operations = new Map<string, Operation>([
    ['GetMetricStatistics', getMetricStatistics(metrics)],
    ['ListMetrics', listMetrics(metrics, now)],
  ]);
  const common = { credentials, refuse: invalidInput };
  const errorPrefix = 'com.amazonaws.cloudwatch#';
  const engines = {
    cbor: createCborEngine({ ...common, name, errorPrefix, operations }),
    json: createJsonEngine({
      ...common,
      errorPrefix,
      target: name,
      version: '1.0',
      operations: mapValues(operations, asJson),
    }),
    query: createQueryEngine({
      ...common,
      namespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
      operations: mapValues(operations, asQuery),
    }),
  };
  return (request, response) => {
    const isCbor = request.headers['smithy-protocol'] === 'rpc-v2-cbor';
    const isJson = request.headers['x-amz-target'] !== undefined;
    if (isCbor) return engines.cbor(request, response);
    return isJson ? engines.json(request, response) : engines.query(request, response);
  };
}

/** AWS JSON writes times as seconds since 1970. */
const jsonForm: OutputForm = { date: (time) => time.getTime() / 1000 };

function asJson({ run }: Operation): Operation {
  return { run: (input, call) => renderOutput(run(input, call), jsonForm) };
}

function mapValues<From, To>(
  items: ReadonlyMap<string, From>,
  change: (item: From) => To,
): ReadonlyMap<string, To> {
  return new Map([...items].map(([key, item]) => [key, change(item)] as const));
}
