import {
  CloudWatchClient,
  GetMetricStatisticsCommand,
  ListMetricsCommand,
  paginateListMetrics,
  type Datapoint,
  type GetMetricStatisticsCommandInput,
} from '@aws-sdk/client-cloudwatch';
import {
  AwsJson1_0Protocol,
  AwsQueryProtocol,
  AwsSmithyRpcV2CborProtocol,
} from '@aws-sdk/core/protocols';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HostedTemplate } from '#test/fixtures/host-template.ts';
import { hostMeasured, measuredFunction } from '#test/fixtures/measured-function.ts';

let system: HostedTemplate;

beforeAll(async () => {
  system = await hostMeasured();
});

afterAll(() => system.close());

/** The protocols of CloudWatch: of SDKs in several languages today, and of older clients. */
const protocols = {
  'AWS JSON': AwsJson1_0Protocol,
  CBOR: AwsSmithyRpcV2CborProtocol,
  'the query protocol': AwsQueryProtocol,
};

const protocolNames = ['AWS JSON', 'CBOR', 'the query protocol'] as const;

const clientOf = (protocol: keyof typeof protocols, change = {}): CloudWatchClient =>
  new CloudWatchClient({ ...system.config, protocol: protocols[protocol], ...change });

const Dimensions = [{ Name: 'FunctionName', Value: measuredFunction }];

const request = (): GetMetricStatisticsCommandInput => ({
  Namespace: 'AWS/Lambda',
  MetricName: 'Invocations',
  Dimensions,
  StartTime: new Date(Date.now() - 3_600_000),
  EndTime: new Date(Date.now() + 60_000),
  Period: 300,
  Statistics: ['Sum'],
});

const tooMany =
  'You have requested up to 1,441 datapoints, which exceeds the limit of 1,440. You may reduce the datapoints requested by increasing Period, or decreasing the time range.';

describe.each(protocolNames)('by %s', (protocol) => {
  const cloudWatch = (): CloudWatchClient => clientOf(protocol);

  async function statistics(
    change: Partial<GetMetricStatisticsCommandInput>,
  ): Promise<readonly Datapoint[]> {
    const command = new GetMetricStatisticsCommand({ ...request(), ...change });
    const { Datapoints = [], Label } = await cloudWatch().send(command);
    expect(Label).toBe(change.MetricName ?? 'Invocations');
    return Datapoints;
  }

  /** Returns the sum over all periods, of which there are two if the test ran across a border. */
  async function sum(name: string, dimensions: typeof Dimensions = Dimensions): Promise<number> {
    const points = await statistics({ MetricName: name, Dimensions: dimensions });
    return points.reduce((total, point) => total + (point.Sum ?? Number.NaN), 0);
  }

  test('invocations, errors and throttles are counted', async () => {
    expect(await sum('Invocations')).toBe(6);
    expect(await sum('Errors')).toBe(2);
    expect(await sum('Throttles')).toBe(1);
  });

  test('all functions together, and the resource that was invoked, have the same metrics', async () => {
    expect(await sum('Invocations', [])).toBe(6);
    const resource = [{ Name: 'Resource', Value: measuredFunction }, ...Dimensions];
    expect(await sum('Errors', resource)).toBe(2);
  });

  test('another function, another namespace and another unit have no data', async () => {
    expect(await sum('Invocations', [{ Name: 'FunctionName', Value: 'local-Plain' }])).toBe(0);
    expect(await statistics({ Namespace: 'AWS/Other' })).toEqual([]);
    expect(await statistics({ Unit: 'Bytes' })).toEqual([]);
    expect(await statistics({ Unit: 'Count' })).not.toEqual([]);
  });

  test('durations have all statistics and percentiles', async () => {
    const [point, ...others] = await statistics({
      MetricName: 'Duration',
      Period: 86_400,
      StartTime: new Date(Date.now() - 86_400_000 + 120_000),
      Statistics: ['SampleCount', 'Average', 'Sum', 'Minimum', 'Maximum'],
      ExtendedStatistics: ['p50', 'p99'],
    });
    expect(others).toEqual([]);
    const { SampleCount = 0, Average = 0, Sum = 0, Minimum = 0, Maximum = 0 } = point ?? {};
    expect(point?.Unit).toBe('Milliseconds');
    expect(SampleCount).toBe(6);
    expect(Minimum).toBeGreaterThan(0);
    expect(Average).toBeCloseTo(Sum / 6);
    expect(Maximum).toBeLessThan(10_000);
    const { p50 = 0, p99 = 0 } = point?.ExtendedStatistics ?? {};
    expect([Minimum <= p50, p50 <= p99, p99 <= Maximum]).toEqual([true, true, true]);
  });

  test('data points begin at whole periods from the minute of the start', async () => {
    const [point] = await statistics({ Period: 60 });
    expect(point?.Timestamp?.getTime()).toBe(
      Math.floor((point?.Timestamp?.getTime() ?? 0) / 60_000) * 60_000,
    );
    expect(Object.keys(point ?? {}).toSorted()).toEqual(['Sum', 'Timestamp', 'Unit']);
  });

  test('concurrent executions never exceed the limit', async () => {
    const points = await statistics({
      MetricName: 'ConcurrentExecutions',
      Statistics: ['Maximum'],
    });
    expect(Math.max(...points.map(({ Maximum = 0 }) => Maximum))).toBe(1);
  });

  test('the metrics that exist are listed, and filtered by name and dimension', async () => {
    const { Metrics = [] } = await cloudWatch().send(
      new ListMetricsCommand({ Namespace: 'AWS/Lambda', Dimensions, RecentlyActive: 'PT3H' }),
    );
    const names = Metrics.filter((metric) => metric.Dimensions?.length === 1).map(
      ({ MetricName }) => MetricName,
    );
    expect(names.toSorted((one = '', other = '') => (one < other ? -1 : 1))).toEqual([
      'ConcurrentExecutions',
      'Duration',
      'Errors',
      'Invocations',
      'Throttles',
    ]);
    const durations = [];
    const pages = paginateListMetrics(
      { client: cloudWatch() },
      { MetricName: 'Duration', Dimensions: [{ Name: 'Resource' }] },
    );
    for await (const page of pages) durations.push(...(page.Metrics ?? []));
    expect(durations).toEqual([
      {
        Namespace: 'AWS/Lambda',
        MetricName: 'Duration',
        Dimensions: [...Dimensions, { Name: 'Resource', Value: measuredFunction }],
      },
    ]);
  });

  test.each<readonly [string, object, readonly [string, string]]>([
    [
      'no statistic',
      { Statistics: undefined },
      [
        'InvalidParameterCombinationException',
        'At least one of the parameters Statistics and ExtendedStatistics must be specified.',
      ],
    ],
    [
      'an end before its start',
      { EndTime: new Date(0) },
      [
        'InvalidParameterValueException',
        'The parameter StartTime must be less than the parameter EndTime.',
      ],
    ],
    [
      'too many data points',
      { StartTime: new Date(0), EndTime: new Date(1_441 * 60_000), Period: 60 },
      ['InvalidParameterCombinationException', tooMany],
    ],
    [
      'a period of 90 seconds',
      { Period: 90 },
      ['InvalidParameterValueException', expect.stringContaining('The parameter Period must be')],
    ],
    [
      'an unknown statistic',
      { Statistics: ['Median'] },
      [
        'ValidationException',
        "1 validation error detected: Value '[Median]' at 'statistics' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [SampleCount, Average, Sum, Minimum, Maximum]]",
      ],
    ],
    [
      'an unknown extended statistic',
      { ExtendedStatistics: ['p101'] },
      ['InvalidParameterValueException', expect.stringContaining('p101')],
    ],
    [
      'no name',
      { MetricName: undefined },
      ['MissingRequiredParameterException', 'The parameter MetricName is required.'],
    ],
  ])('a request with %s is refused', async (_, change, [name, message]) => {
    const command = new GetMetricStatisticsCommand({ ...request(), ...change });
    await expect(cloudWatch().send(command)).rejects.toMatchObject({ name, message });
  });

  test('a request without a valid signature is refused', async () => {
    const credentials = { ...system.config.credentials, secretAccessKey: 'wrong' };
    const stranger = clientOf(protocol, { credentials });
    await expect(stranger.send(new ListMetricsCommand({}))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
  });
});
