import { once } from 'node:events';
import http, { type ServerResponse } from 'node:http';
import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { listen } from '#local/process/listen.ts';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';
import { functionWithUrl, hostResources } from '#test/fixtures/template.ts';

/** A server whose responses a test holds back. Functions call it, and so wait for the test. */
async function openBarrier(): Promise<Barrier> {
  const calls: string[] = [];
  const held: ServerResponse[] = [];
  let isOpen = false;
  const server = http.createServer(({ url = '' }, response) => {
    calls.push(url);
    if (isOpen) response.end();
    else held.push(response);
  });
  const port = await listen(server, { port: 0, option: 'none' });
  return {
    calls,
    url: `http://127.0.0.1:${port}`,
    open() {
      isOpen = true;
      for (const response of held) response.end();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Barrier extends AsyncDisposable {
  readonly url: string;
  readonly calls: readonly string[];
  open(): void;
}

const template = (url: string): string => `
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: nodejs24.x
    Handler: index.handler
    InlineCode: |
      exports.handler = async (event) => {
        await fetch('${url}/' + (event.name ?? event.Records?.[0]?.body ?? 'request'));
        return { statusCode: 200, body: 'done' };
      };
Resources:
  Held:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 60
      FunctionUrlConfig: { AuthType: NONE }
      Events:
        Rest: { Type: Api, Properties: { Path: /held, Method: GET } }
        Http: { Type: HttpApi, Properties: { Path: /held, Method: GET } }
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 3
      Events:
        Jobs: { Type: SQS, Properties: { Queue: !GetAtt Queue.Arn } }
  Queue: { Type: AWS::SQS::Queue, Properties: { VisibilityTimeout: 3 } }
  Reserved:
    Type: AWS::Serverless::Function
    Properties: { Timeout: 60, ReservedConcurrentExecutions: 1 }
`;

const throttled = {
  name: 'TooManyRequestsException',
  message: 'Rate Exceeded.',
  Reason: 'ConcurrentInvocationLimitExceeded',
  $metadata: { httpStatusCode: 429 },
};

function invocation(logicalId: string, name: string, InvocationType?: 'Event'): InvokeCommand {
  const Payload = JSON.stringify({ name });
  return new InvokeCommand({ FunctionName: `local-${logicalId}`, Payload, InvocationType });
}

/** Calls the function through its URL and both APIs. Returns the statuses and bodies. */
async function callOverHttp({ state }: HostedTemplate): Promise<readonly unknown[]> {
  const { apis, functions } = state;
  const urls = [
    functions['Held']?.url,
    `${apis['ServerlessRestApi']?.url}/held`,
    `${apis['ServerlessHttpApi']?.url}/held`,
  ];
  return Promise.all(
    urls.map(async (url = '') => {
      const response = await fetch(url);
      return [response.status, await response.json()];
    }),
  );
}

test('at the limit of the account, every caller is throttled in the words of AWS', async () => {
  await using barrier = await openBarrier();
  // One is reserved, and one is shared by the other functions.
  const environments = { concurrency: 2, idleMs: 30_000 };
  await using system = await hostText(template(barrier.url), { environments });
  const lambda = new LambdaClient(system.config);
  const first = lambda.send(invocation('Held', 'first'));
  await expect.poll(() => barrier.calls).toEqual(['/first']);
  await expect(lambda.send(invocation('Worker', 'second'))).rejects.toMatchObject(throttled);
  const FunctionName = 'local-Held';
  await expect(
    lambda.send(new InvokeWithResponseStreamCommand({ FunctionName })),
  ).rejects.toMatchObject(throttled);
  expect(await callOverHttp(system)).toEqual([
    [429, { Reason: throttled.Reason, Type: 'User', message: 'Rate Exceeded.' }],
    [500, { message: 'Internal server error' }],
    [503, { message: 'Service Unavailable' }],
  ]);
  const reserved = lambda.send(invocation('Reserved', 'reserved'));
  await expect.poll(() => barrier.calls).toEqual(['/first', '/reserved']);
  await expect(lambda.send(invocation('Reserved', 'third'))).rejects.toMatchObject({
    ...throttled,
    Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
  });
  barrier.open();
  expect((await first).StatusCode).toBe(200);
  expect((await reserved).StatusCode).toBe(200);
  // An environment is free when it asks for its next invocation, soon after its response.
  const again = (): Promise<unknown> =>
    lambda.send(invocation('Worker', 'second')).then(
      ({ StatusCode }) => StatusCode,
      ({ name }: Error) => name,
    );
  await expect.poll(again).toBe(200);
});

test('events and messages that are throttled are tried again', async () => {
  await using barrier = await openBarrier();
  const environments = { concurrency: 2, idleMs: 30_000 };
  await using system = await hostText(template(barrier.url), { environments });
  const lambda = new LambdaClient(system.config);
  const first = lambda.send(invocation('Held', 'first'));
  await expect.poll(() => barrier.calls).toEqual(['/first']);
  expect((await lambda.send(invocation('Held', 'event', 'Event'))).StatusCode).toBe(202);
  const QueueUrl = system.state.queues['Queue'];
  const sqs = new SQSClient(system.config);
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'job' }));
  const AttributeNames = ['ApproximateNumberOfMessagesNotVisible'] as const;
  const countTaken = async (): Promise<string | undefined> => {
    const command = new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: [...AttributeNames],
    });
    return (await sqs.send(command)).Attributes?.[AttributeNames[0]];
  };
  await expect.poll(countTaken).toBe('1');
  barrier.open();
  await first;
  await expect.poll(() => barrier.calls.toSorted()).toEqual(['/event', '/first', '/job']);
});

test('after a burst, a function has one environment, and the next call is warm', async () => {
  await using barrier = await openBarrier();
  const environments = { idleMs: 200 };
  await using system = await hostText(template(barrier.url), { environments });
  const lambda = new LambdaClient(system.config);
  const host = system.functionHost('Held');
  const calls = Array.from({ length: 8 }, (_, index) =>
    lambda.send(invocation('Held', `${index}`)),
  );
  await expect.poll(() => barrier.calls).toHaveLength(8);
  expect(host.pids()).toHaveLength(8);
  barrier.open();
  await Promise.all(calls);
  await expect.poll(() => host.pids()).toHaveLength(1);
  const [warm] = host.pids();
  await lambda.send(invocation('Held', 'again'));
  expect(host.pids()).toEqual([warm]);
});

test(
  'no invocation is lost while environments end all the time',
  { timeout: 120_000 },
  async () => {
    const environments = { idleMs: 1 };
    const resources = functionWithUrl('Plain', { handler: 'plain' });
    const system = await hostResources(resources, {}, { environments });
    const host = system.functionHost('Plain');
    const { url = '' } = system.state.functions['Plain'] ?? {};
    const seen = new Set<number>();
    const statuses: number[] = [];
    for (let round = 0; round < 60; round += 1) {
      const responses = Array.from({ length: 1 + (round % 4) }, () => fetch(url));
      for (const { status } of await Promise.all(responses)) statuses.push(status);
      for (const pid of host.pids()) seen.add(pid);
    }
    await system.close();
    expect(statuses).toEqual(Array(150).fill(200));
    // Four run at once, so others have taken their places.
    expect(seen.size).toBeGreaterThan(4);
  },
);
