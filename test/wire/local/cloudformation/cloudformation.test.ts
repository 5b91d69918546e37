import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStacksCommand,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';
import { tutorialTemplate } from '#test/fixtures/tutorial-template.ts';

let system: HostedTemplate;
let cloudFormation: CloudFormationClient;

beforeAll(async () => {
  system = await hostText(tutorialTemplate);
  cloudFormation = new CloudFormationClient(system.config);
});

afterAll(() => system.close());

test.each<readonly [string, StackStatus[] | undefined, readonly string[]]>([
  ['without a filter', undefined, ['local']],
  ['with an empty filter', [], ['local']],
  ['by their status', ['UPDATE_COMPLETE', 'CREATE_COMPLETE'], ['local']],
  ['by another status', ['DELETE_COMPLETE'], []],
])('stacks are listed %s', async (_, StackStatusFilter, expected) => {
  const { StackSummaries = [] } = await cloudFormation.send(
    new ListStacksCommand({ StackStatusFilter }),
  );
  expect(StackSummaries.map(({ StackName }) => StackName)).toEqual(expected);
});

test('an unknown status and an unknown stack are refused', async () => {
  const StackStatusFilter = ['CREATED'] as readonly string[] as StackStatus[];
  const list = new ListStacksCommand({ StackStatusFilter });
  await expect(cloudFormation.send(list)).rejects.toMatchObject({
    Code: 'ValidationError',
    message: expect.stringContaining(
      "1 validation error detected: Value '[CREATED]' at 'stackStatusFilter' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [CREATE_IN_PROGRESS, ",
    ),
  });
  const describe = new DescribeStacksCommand({ StackName: 'missing' });
  await expect(cloudFormation.send(describe)).rejects.toMatchObject({
    message: 'Stack with id missing does not exist',
  });
});
