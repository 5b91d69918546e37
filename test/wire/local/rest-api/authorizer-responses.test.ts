import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

/** The authorizer returns the answer in a header, which does not identify the caller. */
const template = `
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Runtime: nodejs24.x, Handler: index.handler, Timeout: 10 } }
Resources:
  Own:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: |
        exports.handler = async ({ requestContext }) => ({
          statusCode: 200, body: JSON.stringify(requestContext.authorizer),
        });
      Events:
        Rest: { Type: Api, Properties: { RestApiId: !Ref Rest, Path: /rest, Method: GET } }
        Simple: { Type: HttpApi, Properties: { ApiId: !Ref Http, Path: /simple, Method: GET, Auth: { Authorizer: Simple } } }
        Policy: { Type: HttpApi, Properties: { ApiId: !Ref Http, Path: /policy, Method: GET, Auth: { Authorizer: Policy } } }
  Authorize:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: |
        exports.handler = async ({ headers }) => {
          const answer = JSON.parse(headers.answer);
          if (answer === 'throw') throw new Error('broken');
          return answer;
        };
  Rest:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth:
        DefaultAuthorizer: Own
        Authorizers:
          Own: { FunctionArn: !GetAtt Authorize.Arn, FunctionPayloadType: REQUEST, Identity: { Headers: [token], ReauthorizeEvery: 300 } }
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        Authorizers:
          Simple: { FunctionArn: !GetAtt Authorize.Arn, AuthorizerPayloadFormatVersion: '2.0', EnableSimpleResponses: true, Identity: { Headers: [token], ReauthorizeEvery: 300 } }
          Policy: { FunctionArn: !GetAtt Authorize.Arn, AuthorizerPayloadFormatVersion: '2.0', Identity: { Headers: [token], ReauthorizeEvery: 300 } }
`;

let system: HostedTemplate;
let tokens = 0;

beforeAll(async () => {
  system = await hostText(template);
});

afterAll(() => system.close());

const statement = { Action: 'execute-api:Invoke', Effect: 'Allow', Resource: '*' };
const policyOf = (...Statement: readonly unknown[]): object => ({
  Version: '2012-10-17',
  Statement,
});
const allowed = { principalId: 'p', policyDocument: policyOf(statement) };

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

/** Calls a route twice as the same caller, with an answer for each call. */
async function callTwice(
  path: string,
  [first, second]: readonly unknown[],
): Promise<readonly Answer[]> {
  tokens += 1;
  const token = `token-${tokens}`;
  const api = system.state.apis[path === '/rest' ? 'Rest' : 'Http']?.url ?? '';
  const call = async (answer: unknown): Promise<Answer> => {
    const headers = { token, answer: JSON.stringify(answer) };
    const response = await fetch(`${api}${path}`, { headers });
    const type = response.headers.get('x-amzn-errortype');
    return { status: response.status, type, body: await response.json() };
  };
  return [await call(first), await call(second)];
}

const malformed: readonly [string, unknown][] = [
  ['nothing', null],
  ['a text', 'Allow'],
  ['a list', [allowed]],
  ['an empty object', {}],
  ['no policy', { principalId: 'p' }],
  ['a policy as text', { ...allowed, policyDocument: JSON.stringify(policyOf(statement)) }],
  ['a policy without statements', { ...allowed, policyDocument: policyOf() }],
  [
    'an unknown effect',
    { ...allowed, policyDocument: policyOf({ ...statement, Effect: 'allow' }) },
  ],
  ['no action', { ...allowed, policyDocument: policyOf({ ...statement, Action: undefined }) }],
  ['no resource', { ...allowed, policyDocument: policyOf({ ...statement, Resource: [] }) }],
  ['a context that is no object', { ...allowed, context: 'x' }],
  ['an error', 'throw'],
];

test.each([
  ...malformed,
  ['no principal', { policyDocument: policyOf(statement) }] as const,
  ['a principal that is no text', { ...allowed, principalId: 7 }] as const,
  ['nested values in the context', { ...allowed, context: { a: { b: 1 } } }] as const,
  ['a list in the context', { ...allowed, context: { a: [1] } }] as const,
])('a REST API: %s is an error, and is not cached', async (_, answer) => {
  const [first, second] = await callTwice('/rest', [answer, allowed]);
  const type = 'AuthorizerConfigurationException';
  expect(first).toEqual({ status: 500, type, body: { message: null } });
  expect(second?.status).toBe(200);
});

const serverError = { status: 500, type: null, body: { message: 'Internal Server Error' } };

test.each(malformed)(
  'an HTTP API with policies: %s is an error, and is not cached',
  async (_, answer) => {
    const [first, second] = await callTwice('/policy', [answer, allowed]);
    expect(first).toEqual(serverError);
    expect(second?.status).toBe(200);
  },
);

test.each<[string, unknown]>([
  ['nothing', null],
  ['a text', 'true'],
  ['true', true],
  ['an empty object', {}],
  ['an answer as text', { isAuthorized: 'true' }],
  ['a policy', allowed],
  ['a context that is no object', { isAuthorized: true, context: [1] }],
  ['an error', 'throw'],
])('an HTTP API with simple answers: %s is an error, and is not cached', async (_, answer) => {
  const [first, second] = await callTwice('/simple', [answer, { isAuthorized: true }]);
  expect(first).toEqual(serverError);
  expect(second).toMatchObject({ status: 200, body: { lambda: null } });
});

test.each(['/rest', '/policy'])('%s: a refusal is cached', async (path) => {
  const denied = { ...allowed, policyDocument: policyOf({ ...statement, Effect: 'Deny' }) };
  const answers = await callTwice(path, [denied, allowed]);
  expect(answers.map(({ status }) => status)).toEqual([403, 403]);
});

test('/simple: a refusal is cached, and a context is passed on as it is', async () => {
  const refusals = await callTwice('/simple', [{ isAuthorized: false }, { isAuthorized: true }]);
  expect(refusals.map(({ status }) => status)).toEqual([403, 403]);
  const context = { a: { b: [1] }, c: null };
  const [first] = await callTwice('/simple', [{ isAuthorized: true, context }]);
  expect(first?.body).toEqual({ lambda: context });
});
