import { createHash } from 'node:crypto';
import type { ApiState, LocalState, WebSocketApiState } from '#local/host/state/local-state.ts';
import type { RouteAccess, RouteState } from '#local/host/state/routes.ts';

/** A command that can be pasted into a shell while a system is running. */
export interface TryLine {
  /** What the command does. */
  readonly purpose: string;
  /** A curl command without line breaks. */
  readonly command: string;
}

/**
 * Returns commands to try a system with: one for each API, and one for the first of every other
 * kind of resource. A function that another resource invokes has no command of its own.
 */
export function tryLines(state: LocalState): readonly TryLine[] {
  return [
    ...functionUrlLine(state),
    ...Object.entries(state.apis).flatMap(([key, api]) => apiLine(state, key, api)),
    ...Object.entries(state.webSocketApis ?? {}).map(([key, api]) => webSocketLine(key, api)),
    ...webFunctionLine(state),
    ...invocationLine(state),
    ...stateMachineLine(state),
    ...queueLine(state),
    ...bucketLine(state),
    ...tableLine(state),
  ];
}

function functionUrlLine(state: LocalState): readonly TryLine[] {
  const entry = Object.entries(state.functions).find(([, { url }]) => url !== undefined);
  if (entry === undefined) return [];
  const [key, { url = '', authType }] = entry;
  const signature = authType === 'AWS_IAM' ? signedFor(state, 'lambda') : [];
  return [
    {
      purpose: `Call the URL of the function ${key}`,
      command: curl('-N', quote(url), ...signature, ...jsonBody(samplePrompt)),
    },
  ];
}

function apiLine(state: LocalState, key: string, api: ApiState): readonly TryLine[] {
  const [route] = api.routes.toSorted((one, other) => effortOf(one) - effortOf(other));
  if (route === undefined) return [];
  const { method, requiredQuery, requiredHeaders, needsKey, access } = route;
  const query = requiredQuery.map((name) => `${encodeURIComponent(name)}=example`).join('&');
  const path = route.path.replaceAll(/\{[^}]+\}/gu, 'example');
  const verb = method === 'ANY' ? 'GET' : method;
  const command = curl(
    '-N',
    quote(`${api.url}${path}${query === '' ? '' : `?${query}`}`),
    ...(verb === 'GET' ? [] : ['-X', verb]),
    ...(needsKey ? header('x-api-key', api.apiKeys[0] ?? '') : []),
    ...requiredHeaders.flatMap((name) => header(name, 'example')),
    ...accessArguments(state, access),
    ...(['GET', 'HEAD', 'DELETE'].includes(verb) ? [] : jsonBody(samplePrompt)),
  );
  const hint = access.type === 'custom-token' ? ' (with a token that its authorizer accepts)' : '';
  return [{ purpose: `Call ${verb} ${route.path} of the API ${key}${hint}`, command }];
}

function webSocketLine(
  key: string,
  { url, message = 'Hello', access }: WebSocketApiState,
): TryLine {
  const hints = {
    open: '',
    iam: ' (with a URL that is presigned for execute-api)',
    function: ' (with what its authorizer accepts)',
  };
  return {
    purpose: `Send a message to the WebSocket API ${key}${hints[access]}`,
    command: `npx wscat -c ${quote(url)} -w 10 -x ${quote(message)}`,
  };
}

function webFunctionLine(state: LocalState): readonly TryLine[] {
  const [entry] = Object.entries(state.webFunctions ?? {});
  if (entry === undefined) return [];
  const [, { functionName, url, authType }] = entry;
  // The hash of no body: Lambda wants one for every request.
  const hash = createHash('sha256').digest('hex');
  const signature =
    authType === 'IamAuth'
      ? [...signedFor(state, 'lambda'), ...header('x-amz-content-sha256', hash)]
      : [];
  return [
    {
      purpose: `Call the web function ${functionName}`,
      command: curl('-N', quote(url), ...signature),
    },
  ];
}

/** How much a caller must know to call a route: the route with the least is shown. */
function effortOf({
  path,
  access,
  requiredQuery,
  requiredHeaders,
  checksBody,
}: RouteState): number {
  const accessEffort = { open: 0, iam: 10, 'id-token': 20, 'access-token': 20, 'custom-token': 30 };
  const parameters = [...path.matchAll(/\{/gu)].length;
  const required = requiredQuery.length + requiredHeaders.length + (checksBody ? 1 : 0);
  return accessEffort[access.type] + parameters + 3 * required;
}

function accessArguments(state: LocalState, access: RouteAccess): readonly string[] {
  switch (access.type) {
    case 'open':
      return [];
    case 'iam':
      return signedFor(state, 'execute-api');
    case 'id-token':
      return tokenHeader(state, access.header, 'IdToken');
    case 'access-token':
      return tokenHeader(state, access.header, 'AccessToken');
    case 'custom-token':
      return header(access.header, 'TOKEN');
  }
}

/** A header with a token of the first user, which the shell fetches while it runs the command. */
function tokenHeader(
  { endpoints, signIn }: LocalState,
  name: string,
  token: 'IdToken' | 'AccessToken',
): readonly string[] {
  const [user] = signIn?.users ?? [];
  if (signIn === undefined || user === undefined) return header(name, 'Bearer TOKEN');
  const input = {
    AuthFlow: 'USER_PASSWORD_AUTH',
    ClientId: signIn.clientId,
    AuthParameters: { USERNAME: user.username, PASSWORD: user.password },
  };
  const target = header('x-amz-target', 'AWSCognitoIdentityProviderService.InitiateAuth');
  const type = header('content-type', 'application/x-amz-json-1.1');
  const body = ['-d', quote(JSON.stringify(input))];
  const signInCommand = curl('-s', quote(endpoints.aws), ...target, ...type, ...body);
  const extract = `sed -E 's/.*"${token}":"([^"]+)".*/\\1/'`;
  return ['-H', `"${name}: Bearer $(${signInCommand} | ${extract})"`];
}

function invocationLine(state: LocalState): readonly TryLine[] {
  const entry = Object.entries(state.functions).find(
    ([, { url, triggers }]) => url === undefined && triggers.length === 0,
  );
  if (entry === undefined) return [];
  const [key, { name }] = entry;
  const url = `${state.endpoints.aws}/2015-03-31/functions/${name}/invocations`;
  return [
    {
      purpose: `Invoke the function ${key} with the event {}`,
      command: curl(quote(url), ...signedFor(state, 'lambda'), '-d', quote('{}')),
    },
  ];
}

function stateMachineLine(state: LocalState): readonly TryLine[] {
  const [entry] = Object.entries(state.stateMachines);
  if (entry === undefined) return [];
  const [key, stateMachineArn] = entry;
  const isExpress = state.stateMachineTypes[key] === 'EXPRESS';
  const operation = isExpress ? 'StartSyncExecution' : 'StartExecution';
  return [
    {
      purpose: isExpress
        ? `Run the state machine ${key} with the input {}, and wait for its output`
        : `Start an execution of the state machine ${key} with the input {}`,
      command: operationCommand(state, 'states', `AWSStepFunctions.${operation}`, {
        stateMachineArn,
        input: '{}',
      }),
    },
  ];
}

function queueLine(state: LocalState): readonly TryLine[] {
  const entry = preferTriggers(state, state.queues);
  if (entry === undefined) return [];
  const [key, QueueUrl] = entry;
  const fifo = { MessageGroupId: 'example', MessageDeduplicationId: 'example' };
  return [
    {
      purpose: `Send a message to the queue ${key}`,
      command: operationCommand(state, 'sqs', 'AmazonSQS.SendMessage', {
        QueueUrl,
        MessageBody: 'Hello',
        ...(QueueUrl.endsWith('.fifo') ? fifo : {}),
      }),
    },
  ];
}

function bucketLine(state: LocalState): readonly TryLine[] {
  const entry = preferTriggers(state, state.buckets);
  if (entry === undefined) return [];
  const [key, bucket] = entry;
  return [
    {
      purpose: `Put a file into the bucket ${key}`,
      command: curl(
        '-X',
        'PUT',
        quote(`${state.endpoints.aws}/${bucket}/hello.txt`),
        ...signedFor(state, 's3'),
        // curl 8 adds this header by itself, older versions do not.
        ...header('x-amz-content-sha256', 'UNSIGNED-PAYLOAD'),
        ...header('content-type', 'text/plain'),
        '-d',
        'Hello',
      ),
    },
  ];
}

function tableLine(state: LocalState): readonly TryLine[] {
  const [entry] = Object.entries(state.tables);
  if (entry === undefined) return [];
  const [key, TableName] = entry;
  return [
    {
      purpose: `Read the table ${key}`,
      command: operationCommand(state, 'dynamodb', 'DynamoDB_20120810.Scan', { TableName }),
    },
  ];
}

/** Picks the first queue or bucket that invokes a function, else the first one. */
function preferTriggers(
  { functions }: LocalState,
  resources: Readonly<Record<string, string>>,
): readonly [key: string, value: string] | undefined {
  const triggers = new Set(Object.values(functions).flatMap((each) => each.triggers));
  const entries = Object.entries(resources);
  return entries.find(([key]) => triggers.has(key)) ?? entries[0];
}

/** An operation of a service that speaks AWS's JSON protocol. */
function operationCommand(
  state: LocalState,
  service: string,
  target: string,
  input: object,
): string {
  return curl(
    quote(state.endpoints.aws),
    ...signedFor(state, service),
    ...header('x-amz-target', target),
    ...header('content-type', 'application/x-amz-json-1.0'),
    '-d',
    quote(JSON.stringify(input)),
  );
}

const samplePrompt = { prompt: 'Hello' };

function jsonBody(body: object): readonly string[] {
  return [...header('content-type', 'application/json'), '-d', quote(JSON.stringify(body))];
}

function signedFor({ region, credentials }: LocalState, service: string): readonly string[] {
  const { accessKeyId, secretAccessKey } = credentials;
  const scope = quote(`aws:amz:${region}:${service}`);
  return ['--aws-sigv4', scope, '--user', quote(`${accessKeyId}:${secretAccessKey}`)];
}

function header(name: string, value: string): readonly string[] {
  return ['-H', quote(`${name}: ${value}`)];
}

function curl(...args: readonly string[]): string {
  return ['curl', ...args].join(' ');
}

/** Quotes a word for a POSIX shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
