import {
  EventBridgeClient,
  PutRuleCommand,
  TestEventPatternCommand,
  type PutRuleCommandInput,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

let system: HostedTemplate;
let events: EventBridgeClient;

beforeAll(async () => {
  system = await hostText(
    'Resources: { Bus: { Type: AWS::Events::EventBus, Properties: { Name: orders } } }',
  );
  events = new EventBridgeClient(system.config);
});

afterAll(() => system.close());

test.each<readonly [string, string]>([
  ['{"detail":{"n":[{"numeric":[">",1,"<=",5]}]}}', 'n'],
  ['{"detail":{"ip":[{"cidr":"10.0.0.0/24"}]}}', 'ip'],
  ['{"detail":{"name":[{"equals-ignore-case":"ALICE"}]}}', 'name'],
  ['{"detail":{"name":[{"prefix":{"equals-ignore-case":"ALI"}}]}}', 'prefix without case'],
  ['{"detail":{"name":[{"suffix":"ice"}]}}', 'suffix'],
  ['{"detail":{"name":[{"wildcard":"a*c*"}]}}', 'wildcard'],
  ['{"detail":{"name":[{"anything-but":["bob","eve"]}]}}', 'anything-but'],
  ['{"detail":{"name":[{"anything-but":{"prefix":["b","e"]}}]}}', 'anything-but prefixes'],
  ['{"detail":{"name":[{"anything-but":{"wildcard":"b*"}}]}}', 'anything-but wildcard'],
  ['{"detail":{"none":[{"exists":false}]}}', 'exists'],
  ['{"detail":{"items":{"id":[2]}}}', 'a list of objects'],
  ['{"detail":{"tags":["b"]}}', 'a list of values'],
  ['{"$or":[{"source":["no"]},{"detail":{"n":[3]}}]}', '$or'],
])('%s', async (EventPattern) => {
  const Event = JSON.stringify({
    id: '1',
    account: '000000000000',
    source: 's',
    time: '2026-01-01T00:00:00Z',
    region: 'us-east-1',
    resources: [],
    'detail-type': 'x',
    detail: {
      n: 3,
      ip: '10.0.0.7',
      name: 'alice',
      items: [{ id: 1 }, { id: 2 }],
      tags: ['a', 'b'],
    },
  });
  const run = async (pattern: string): Promise<unknown> =>
    (await events.send(new TestEventPatternCommand({ EventPattern: pattern, Event }))).Result;
  expect(await run(EventPattern)).toBe(true);
  expect(await run('{"detail":{"name":[{"anything-but":{"suffix":"ice"}}]}}')).toBe(false);
});

test.each<readonly [Partial<PutRuleCommandInput>, string]>([
  [{}, 'Parameter(s) EventPattern or ScheduleExpression must be specified.'],
  [{ ScheduleExpression: 'rate(0 days)' }, 'Parameter ScheduleExpression is not valid.'],
  [{ ScheduleExpression: 'at(2026-01-01T00:00:00)' }, 'Parameter ScheduleExpression is not valid.'],
  [{ ScheduleExpression: 'rate(1 day)', EventBusName: 'orders' }, 'only on the default event bus'],
  [{ EventPattern: '{"source":["x"]}', EventBusName: 'no' }, 'Event bus no does not exist.'],
  [{ EventPattern: 'x' }, 'Event pattern is not valid. Reason: Filter is not an object'],
  [{ EventPattern: '{"source":"x"}' }, '"source" must be an object or an array'],
  [{ EventPattern: '{"source":[]}' }, 'Empty arrays are not allowed'],
  [{ EventPattern: '{"source":[{"like":"x"}]}' }, 'Unrecognized match type like'],
  [
    { EventPattern: '{"a":[{"exists":"yes"}]}' },
    'exists match pattern must be either true or false.',
  ],
])('PutRule %j is refused', async (input, expected) => {
  const put = events.send(new PutRuleCommand({ Name: 'bad', ...input }));
  await expect(put).rejects.toThrow(expected);
});
