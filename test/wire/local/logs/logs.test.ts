import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  type FilteredLogEvent,
  type FilterLogEventsCommandInput,
  type FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';
import { tutorialTemplate } from '#test/fixtures/tutorial-template.ts';

let system: HostedTemplate;
let logs: CloudWatchLogsClient;

beforeAll(async () => {
  system = await hostText(tutorialTemplate);
  logs = new CloudWatchLogsClient(system.config);
});

afterAll(() => system.close());

const logGroupName = '/aws/lambda/local-Chat';

async function invoke(query: string): Promise<void> {
  const lambda = new LambdaClient(system.config);
  const Payload = JSON.stringify({ query });
  await lambda.send(new InvokeCommand({ FunctionName: 'local-Chat', Payload }));
}

const filter = (
  change: Partial<FilterLogEventsCommandInput> = {},
): Promise<FilterLogEventsCommandOutput> =>
  logs.send(new FilterLogEventsCommand({ logGroupName, ...change }));

/**
 * Follows a log as `aws logs tail --follow` does: from the time of the last line, without the lines
 * that are known.
 */
function follow(): () => Promise<readonly string[]> {
  const known = new Set<string>();
  let startTime = 0;
  const readPage = async (nextToken?: string): Promise<readonly FilteredLogEvent[]> => {
    const page = await filter({ startTime, interleaved: true, limit: 2, nextToken });
    const events = page.events ?? [];
    return page.nextToken === undefined ? events : [...events, ...(await readPage(page.nextToken))];
  };
  return async () => {
    const events = await readPage();
    const added = events.filter(({ eventId = '' }) => !known.has(eventId));
    for (const { eventId = '', timestamp = 0 } of added) {
      known.add(eventId);
      startTime = timestamp;
    }
    return added.map(({ message = '' }) => message);
  };
}

const answers = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) => /answered (\w+)/u.exec(line)?.[1] ?? []);

test('a log that is followed has every line once, across pages', async () => {
  const next = follow();
  const seen: string[] = [];
  for (const query of ['one', 'two']) {
    await invoke(query);
    await expect
      .poll(
        async () => seen.push(...(await next())) > 0 && seen.some((line) => line.includes(query)),
      )
      .toBe(true);
  }
  await expect
    .poll(async () => {
      seen.push(...(await next()));
      return seen.filter((line) => line.startsWith('REPORT')).length;
    })
    .toBe(2);
  expect(answers(seen)).toEqual(['one', 'two']);
  expect(await next()).toEqual([]);
});

test('a token continues after its page, whatever is logged meanwhile', async () => {
  await invoke('three');
  const first = await filter({ limit: 1 });
  await invoke('four');
  const rest = await filter({ nextToken: first.nextToken });
  const ids = [...(first.events ?? []), ...(rest.events ?? [])].map(({ eventId }) => eventId);
  expect(new Set(ids).size).toBe(ids.length);
  const all = await filter();
  expect(ids).toEqual(all.events?.slice(0, ids.length).map(({ eventId }) => eventId));
});

test('the group of a function exists before its first call', async () => {
  const { logGroups = [] } = await logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/lambda/local-P' }),
  );
  expect(logGroups.map((group) => group.logGroupName)).toEqual(['/aws/lambda/local-Plain']);
});

test.each<readonly [string, Partial<FilterLogEventsCommandInput>, object]>([
  [
    'an unknown group',
    { logGroupName: '/aws/lambda/missing' },
    {
      name: 'ResourceNotFoundException',
      message: 'The specified log group does not exist.',
    },
  ],
  [
    'a limit of 0',
    { limit: 0 },
    {
      name: 'InvalidParameterException',
      message:
        "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    },
  ],
  [
    'a token of its own',
    { nextToken: 'x' },
    { name: 'InvalidParameterException', message: 'The specified nextToken is invalid.' },
  ],
  [
    'both names and a prefix of streams',
    { logStreamNames: ['a'], logStreamNamePrefix: 'a' },
    { name: 'InvalidParameterException' },
  ],
])('a request for %s is refused', async (_, change, expected) => {
  await expect(filter(change)).rejects.toMatchObject(expected);
});
