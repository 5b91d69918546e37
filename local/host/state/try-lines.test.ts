import { expect, test } from 'vitest';
import type { LocalState } from '#local/host/state/local-state.ts';
import type { RouteState } from '#local/host/state/routes.ts';
import { tryLines } from '#local/host/state/try-lines.ts';

const empty: LocalState = {
  ready: true,
  region: 'us-east-1',
  credentials: { accessKeyId: 'AKIAKEY', secretAccessKey: 'secret' },
  endpoints: { aws: 'http://127.0.0.1:4566' },
  bedrock: { apiKeys: [] },
  functions: {},
  apis: {},
  tables: {},
  queues: {},
  buckets: {},
  stateMachines: {},
  stateMachineTypes: {},
  outputs: {},
  notices: [],
};

const openRoute: RouteState = {
  method: 'GET',
  path: '/',
  access: { type: 'open' },
  needsKey: false,
  requiredQuery: [],
  requiredHeaders: [],
  checksBody: false,
};

function routeWith(change: Partial<RouteState>): RouteState {
  return { ...openRoute, ...change };
}

function commandsFor(state: Partial<LocalState>): readonly string[] {
  return tryLines({ ...empty, ...state }).map(({ command }) => command);
}

function commandForRoutes(...routes: readonly Partial<RouteState>[]): string | undefined {
  return commandsFor({
    apis: {
      Api: { url: 'http://127.0.0.1:4650/v1', apiKeys: ['key'], routes: routes.map(routeWith) },
    },
  })[0];
}

function signature(service: string): string {
  return `--aws-sigv4 'aws:amz:us-east-1:${service}' --user 'AKIAKEY:secret'`;
}

const body = `-H 'content-type: application/json' -d '{"prompt":"Hello"}'`;

test('a system without resources has no example commands', () => {
  expect(tryLines(empty)).toEqual([]);
});

test('the command for a Function URL signs the request if required', () => {
  const withUrl = (authType: string): Partial<LocalState> => ({
    functions: { Chat: { name: 'chat', url: 'http://127.0.0.1:4601/', authType, triggers: [] } },
  });
  expect(commandsFor(withUrl('NONE'))).toEqual([`curl -N 'http://127.0.0.1:4601/' ${body}`]);
  expect(commandsFor(withUrl('AWS_IAM'))).toEqual([
    `curl -N 'http://127.0.0.1:4601/' ${signature('lambda')} ${body}`,
  ]);
});

test('the command for a WebSocket API sends a message to one of its routes', () => {
  const url = 'ws://127.0.0.1:4650/prod';
  const message = '{"action":"chat"}';
  expect(commandsFor({ webSocketApis: { Socket: { url, message, access: 'open' } } })).toEqual([
    `npx wscat -c '${url}' -w 10 -x '${message}'`,
  ]);
});

test('the command for a web function signs the request if required, with the hash of no body', () => {
  const withEndpoint = (authType: 'IamAuth' | 'ApplicationManaged'): Partial<LocalState> => ({
    webFunctions: {
      Endpoint: {
        authType,
        functionName: 'site',
        endpointName: 'prod',
        url: 'http://127.0.0.1:4750/',
      },
    },
  });
  const hash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
  expect(commandsFor(withEndpoint('ApplicationManaged'))).toEqual([
    `curl -N 'http://127.0.0.1:4750/'`,
  ]);
  expect(commandsFor(withEndpoint('IamAuth'))).toEqual([
    `curl -N 'http://127.0.0.1:4750/' ${signature('lambda')} -H 'x-amz-content-sha256: ${hash}'`,
  ]);
});

test('a function without a trigger is invoked by its name', () => {
  const functions = {
    Worker: { name: 'worker', triggers: ['Tasks'] },
    Plain: { name: 'plain', triggers: [] },
  };
  expect(commandsFor({ functions })).toEqual([
    `curl 'http://127.0.0.1:4566/2015-03-31/functions/plain/invocations' ${signature('lambda')} -d '{}'`,
  ]);
});

test('the command for an API calls the route with the fewest requirements', () => {
  expect(
    commandForRoutes(
      { path: '/custom', access: { type: 'custom-token', header: 'authorization' } },
      { path: '/signed', access: { type: 'iam' } },
      { path: '/search', requiredQuery: ['q'] },
      { path: '/items/{id}' },
      { path: '/items' },
    ),
  ).toBe(`curl -N 'http://127.0.0.1:4650/v1/items'`);
});

test.each<[string, Partial<RouteState>, string]>([
  ['an API key', { needsKey: true }, `/' -H 'x-api-key: key'`],
  ['a body', { method: 'POST' }, `/' -X POST ${body}`],
  ['any method', { method: 'ANY', path: '/{proxy+}' }, `/example'`],
  ['a signature', { access: { type: 'iam' } }, `/' ${signature('execute-api')}`],
  [
    'a query and a header',
    { requiredQuery: ['q'], requiredHeaders: ['x-tenant'] },
    `/?q=example' -H 'x-tenant: example'`,
  ],
  [
    'a custom token',
    { access: { type: 'custom-token', header: 'x-secret' } },
    `/' -H 'x-secret: TOKEN'`,
  ],
])('the command for a route with %s meets its requirements', (_, requirement, end) => {
  expect(commandForRoutes(requirement)).toBe(`curl -N 'http://127.0.0.1:4650/v1${end}`);
});

test('the command for a route with a token authorizer signs in as the first user', () => {
  const access = { type: 'id-token', header: 'authorization' } as const;
  const [command] = commandsFor({
    apis: { Api: { url: 'http://127.0.0.1:4650', apiKeys: [], routes: [routeWith({ access })] } },
    signIn: {
      issuer: 'http://127.0.0.1:4570/pool',
      userPoolId: 'pool',
      clientId: 'client',
      users: [{ username: 'demo', password: "it's" }],
    },
  });
  expect(command).toContain('AWSCognitoIdentityProviderService.InitiateAuth');
  expect(command).toContain(String.raw`"PASSWORD":"it'\''s"`);
  expect(command).toContain('IdToken');
});

test('an express state machine runs synchronously and a standard one is started', () => {
  const machine = (type: 'STANDARD' | 'EXPRESS'): Partial<LocalState> => ({
    stateMachines: { Flow: 'arn:flow' },
    stateMachineTypes: { Flow: type },
  });
  const [express, standard] = [machine('EXPRESS'), machine('STANDARD')].flatMap(commandsFor);
  expect(express).toContain('x-amz-target: AWSStepFunctions.StartSyncExecution');
  expect(standard).toContain('x-amz-target: AWSStepFunctions.StartExecution');
  expect(standard).toContain(signature('states'));
});

test('queues and buckets that trigger a function are preferred', () => {
  const functions = { Worker: { name: 'worker', triggers: ['Tasks', 'Inbox'] } };
  const queues = { Dead: 'http://127.0.0.1:4566/0/dead', Tasks: 'http://127.0.0.1:4566/0/tasks' };
  const buckets = { Other: 'other', Inbox: 'inbox' };
  const [toQueue, toBucket] = commandsFor({ functions, queues, buckets });
  expect(toQueue).toContain('"QueueUrl":"http://127.0.0.1:4566/0/tasks"');
  expect(toBucket).toContain(`curl -X PUT 'http://127.0.0.1:4566/inbox/hello.txt'`);
});

test('the command for a FIFO queue has a message group, and the command for a table scans it', () => {
  const [toQueue, toTable] = commandsFor({
    queues: { Orders: 'http://127.0.0.1:4566/0/orders.fifo' },
    tables: { Rows: 'rows' },
  });
  expect(toQueue).toContain('"MessageGroupId":"example"');
  expect(toTable).toContain(`-H 'x-amz-target: DynamoDB_20120810.Scan'`);
  expect(toTable).toContain(`-d '{"TableName":"rows"}'`);
});
