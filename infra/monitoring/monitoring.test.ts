import { readFileSync } from 'node:fs';
import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { monitoredIn, widgetsOf } from '#test/fixtures/monitored-metrics.ts';
import { synthesize } from '#test/fixtures/synthesized.ts';

const template = synthesize();
const alarms = template.findResources('AWS::CloudWatch::Alarm');
const page = readFileSync('docs/operations.md', 'utf8');

test('an alarm without data is not raised, and adds at most ten metrics', () => {
  expect(Object.keys(alarms).length).toBeGreaterThan(10);
  for (const { Properties } of Object.values(alarms)) {
    expect(Properties).toMatchObject({
      TreatMissingData: 'notBreaching',
      ComparisonOperator: 'GreaterThanThreshold',
    });
    const stats = (Properties.Metrics ?? []).filter((one: object) => 'MetricStat' in one);
    expect(stats.length).toBeLessThanOrEqual(10);
  }
});

test('all queues of dead letters, all tables and the functions that callers wait for are watched', () => {
  const watched = (id: string): readonly string[] =>
    monitoredIn(template.toJSON()['Resources'])
      .filter(({ by }) => by === id)
      .flatMap(({ dimensions }) => Object.values(dimensions));
  const queues = Object.keys(template.findResources('AWS::SQS::Queue'));
  const deadLetters = queues.filter((id) => id.startsWith('Dead'));
  expect(deadLetters).toHaveLength(4);
  expect(new Set(watched('DeadLettersAlarm'))).toEqual(new Set(deadLetters));
  expect(watched('OldTasksAlarm')).toEqual(['Tasks']);
  const tables = Object.keys(template.findResources('AWS::DynamoDB::Table'));
  expect(new Set(watched('TableThrottlesAlarm'))).toEqual(new Set(tables));
  for (const { Properties } of Object.values(template.findResources('AWS::Lambda::Url'))) {
    const [name] = Properties.TargetFunctionArn['Fn::GetAtt'];
    expect(watched('FunctionErrorsAlarm')).toContain(name);
    expect(watched('FunctionThrottlesAlarm')).toContain(name);
  }
});

test('without a setting, alarms have no target and there is no topic', () => {
  expect(template.findResources('AWS::SNS::Topic')).toEqual({});
  const actions = Object.values(alarms).map(({ Properties }) => Properties.AlarmActions ?? []);
  expect(actions.flat()).toEqual([]);
});

test('an address gets a topic to which only alarms of the account can publish', () => {
  const custom = synthesize({ alarmEmail: 'ops@example.com' });
  custom.hasResourceProperties('AWS::SNS::Subscription', {
    Protocol: 'email',
    Endpoint: 'ops@example.com',
  });
  custom.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Effect: 'Allow',
          Action: 'sns:Publish',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
        }),
      ]),
    },
  });
  const topic = { Ref: 'Alarms' };
  custom.allResourcesProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: [topic],
    OKActions: [topic],
  });
});

test('alarms inform a topic that exists', () => {
  const alarmTopic = 'arn:aws:sns:us-east-1:123456789012:operators';
  const custom = synthesize({ alarmTopic });
  expect(custom.findResources('AWS::SNS::Topic')).toEqual({});
  custom.allResourcesProperties('AWS::CloudWatch::Alarm', {
    AlarmActions: [alarmTopic],
    OKActions: [alarmTopic],
  });
});

test('the spending of a day and the concurrency of the account are settings', () => {
  const custom = synthesize({ alarmUsdPerDay: '7', accountConcurrency: '50' });
  custom.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'CostUsd',
    Statistic: 'Sum',
    Period: 86_400,
    Threshold: 7,
  });
  custom.hasResourceProperties('AWS::CloudWatch::Alarm', {
    MetricName: 'ConcurrentExecutions',
    Threshold: 40,
  });
});

test.each([
  ['alarmTopic', 'operators', 'must be the ARN of an SNS topic'],
  ['alarmEmail', 'ops', 'must be an email address'],
  ['alarmUsdPerDay', '-1', 'must be a whole number above 0'],
  ['accountConcurrency', '0', 'must be a whole number above 0'],
])('the setting %s cannot be %s', (name, value, expectation) => {
  expect(() => synthesize({ [name]: value })).toThrow(`${name}: ${expectation}`);
});

test('the targets are lines on the dashboard', () => {
  const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
  const widgets = widgetsOf(dashboard?.['Properties']);
  const linesOf = (wanted: string): readonly number[] | undefined =>
    widgets
      .find(({ properties: { title } }) => title === wanted)
      ?.properties.annotations?.horizontal?.map(({ value }) => value);
  expect(linesOf('Time to first token (ms)')).toEqual([2_000]);
  expect(linesOf('Time between chunks (ms)')).toEqual([20, 50]);
  expect(linesOf('Memory in use (MB)')).toEqual([512]);
});

test('every alarm has a paragraph that says what it means and what to do, and the reverse', () => {
  const [, section = ''] = page.split('## Alarms\n');
  const [first = '', ...paragraphs] = section.split('\n### ');
  const named = paragraphs.map((paragraph) => paragraph.slice(0, paragraph.indexOf('\n')));
  expect(named.toSorted()).toEqual(Object.keys(alarms).toSorted());
  for (const paragraph of paragraphs) {
    expect(paragraph).toMatch(
      /^\w+\n\n\*\*What it means:\*\* .+\*\*What to look at:\*\* .+\*\*What to do:\*\* .+/su,
    );
  }
  const watched = monitoredIn(template.toJSON()['Resources']).filter(({ by }) => by in alarms);
  expect(first).toContain(`${Object.keys(alarms).length} alarms watch ${watched.length} metrics`);
});
