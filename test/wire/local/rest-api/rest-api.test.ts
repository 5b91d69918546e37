import { afterAll, beforeAll, expect, test } from 'vitest';
import { functionWithUrl, hostResources } from '#test/fixtures/template.ts';

const invocations: Readonly<Record<string, string>> = {
  BUFFERED: '2015-03-31/functions/${Function}/invocations',
  STREAM: '2021-11-15/functions/${Function}/response-streaming-invocations',
};

/** What CDK makes of `defaultCorsPreflightOptions` with two origins. */
const preflight = {
  Type: 'MOCK',
  RequestTemplates: { 'application/json': '{ statusCode: 200 }' },
  IntegrationResponses: [
    {
      StatusCode: '204',
      ResponseParameters: {
        'method.response.header.Access-Control-Allow-Origin': "'https://one.example'",
        'method.response.header.Vary': "'Origin'",
      },
      ResponseTemplates: {
        'application/json': [
          '#set($origin = $input.params().header.get("Origin"))',
          '#if($origin == "")',
          '  #set($origin = $input.params().header.get("origin"))',
          '#end',
          '#if($origin == "https://two.example")',
          '  #set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)',
          '#end',
        ].join('\n'),
      },
    },
  ],
};

let system: Awaited<ReturnType<typeof hostResources>>;

beforeAll(async () => {
  system = await hostResources({
    ...functionWithUrl('Echo', { handler: 'echo' }),
    ...functionWithUrl('Streamed', { handler: 'streamed' }),
    ...functionWithUrl('Slow', { handler: 'slow' }),
    ...functionWithUrl('Throws', { handler: 'throws' }),
    ...functionWithUrl('Plain', { handler: 'plain' }),
    Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'api' } },
    Stage: {
      Type: 'AWS::ApiGateway::Stage',
      Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1' },
    },
    Key: { Type: 'AWS::ApiGateway::ApiKey', Properties: { Enabled: true } },
    Plan: {
      Type: 'AWS::ApiGateway::UsagePlan',
      Properties: { ApiStages: [{ ApiId: { Ref: 'Api' }, Stage: { Ref: 'Stage' } }] },
    },
    PlanKey: {
      Type: 'AWS::ApiGateway::UsagePlanKey',
      Properties: { KeyId: { Ref: 'Key' }, KeyType: 'API_KEY', UsagePlanId: { Ref: 'Plan' } },
    },
    ...resource('Items', { 'Fn::GetAtt': ['Api', 'RootResourceId'] }, 'items'),
    ...resource('Item', { Ref: 'Items' }, '{id}'),
    ...resource('Special', { Ref: 'Items' }, 'special'),
    ...resource('Rest', { Ref: 'Items' }, '{proxy+}'),
    ...resource('Stream', { 'Fn::GetAtt': ['Api', 'RootResourceId'] }, 'stream'),
    ...resource('Slowly', { 'Fn::GetAtt': ['Api', 'RootResourceId'] }, 'slow'),
    ...resource('Failing', { 'Fn::GetAtt': ['Api', 'RootResourceId'] }, 'throws'),
    ...resource('Bad', { 'Fn::GetAtt': ['Api', 'RootResourceId'] }, 'plain'),
    ...method('Items', { verb: 'ANY', to: 'Echo', key: true }),
    ...method('Item', { verb: 'GET', to: 'Echo' }),
    ...method('Special', { verb: 'GET', to: 'Echo' }),
    ...method('Rest', { verb: 'GET', to: 'Echo' }),
    ...method('Stream', { verb: 'POST', to: 'Streamed', mode: 'STREAM' }),
    ...method('Slowly', { verb: 'GET', to: 'Slow', timeoutMs: 300 }),
    ...method('Failing', { verb: 'GET', to: 'Throws' }),
    ...method('Bad', { verb: 'GET', to: 'Plain' }),
    ...method('Bad', { verb: 'POST', to: 'Echo', mode: 'STREAM' }),
    Preflight: {
      Type: 'AWS::ApiGateway::Method',
      Properties: {
        RestApiId: { Ref: 'Api' },
        ResourceId: { Ref: 'Special' },
        HttpMethod: 'OPTIONS',
        AuthorizationType: 'NONE',
        Integration: preflight,
        MethodResponses: [
          {
            StatusCode: '204',
            ResponseParameters: {
              'method.response.header.Access-Control-Allow-Origin': true,
              'method.response.header.Vary': true,
            },
          },
        ],
      },
    },
  });
});

afterAll(() => system.close());

const call = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${system.state.apis['Api']?.url}${path}`, init);

const apiKey = (): string => system.state.apis['Api']?.apiKeys[0] ?? '';

test('the function receives a proxy integration event', async () => {
  const response = await call('/items/a%20b?x=1&x=2', { headers: { 'X-Own': 'v' } });
  expect(await response.json()).toMatchObject({
    resource: '/items/{id}',
    path: '/items/a%20b',
    httpMethod: 'GET',
    pathParameters: { id: 'a b' },
    queryStringParameters: { x: '2' },
    multiValueQueryStringParameters: { x: ['1', '2'] },
    body: null,
    requestContext: { stage: 'v1', path: '/v1/items/a%20b', resourcePath: '/items/{id}' },
  });
});

test.each(['https://one.example', 'https://two.example'])(
  'a preflight from %s is answered for this origin',
  async (origin) => {
    const headers = { origin };
    const response = await call('/items/special', { method: 'OPTIONS', headers });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    expect(response.headers.get('vary')).toBe('Origin');
  },
);

test('exact paths take precedence over path parameters, which precede greedy ones', async () => {
  expect(await (await call('/items/special')).json()).toMatchObject({ resource: '/items/special' });
  expect(await (await call('/items/x/y/z')).json()).toMatchObject({
    resource: '/items/{proxy+}',
    pathParameters: { proxy: 'x/y/z' },
  });
});

test('a method that requires an API key refuses a wrong one and passes the key on', async () => {
  const missing = await call('/items');
  expect(missing.status).toBe(403);
  expect(await missing.json()).toEqual({ message: 'Forbidden' });
  expect((await call('/items', { headers: { 'x-api-key': 'wrong' } })).status).toBe(403);
  const key = apiKey();
  const response = await call('/items', { method: 'PUT', headers: { 'x-api-key': key } });
  expect(await response.json()).toMatchObject({ requestContext: { identity: { apiKey: key } } });
});

test('an unknown path or stage is refused with 403 and the error text of AWS', async () => {
  for (const path of ['/nothing', '/items/special/../../..', '/../v2/items']) {
    const response = await call(path);
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({ message: 'Missing Authentication Token' });
  }
});

test('a form body is passed as text if the API has no binary media types', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-api-key': apiKey() };
  const response = await call('/items', { method: 'POST', headers, body: 'a=b' });
  expect(await response.json()).toMatchObject({ body: 'a=b', isBase64Encoded: false });
});

test('a resource is matched by path before its method', async () => {
  const response = await call('/items/special', { method: 'DELETE' });
  expect(response.status).toBe(403);
});

test('a STREAM integration without a prelude returns 502', async () => {
  expect((await call('/plain', { method: 'POST' })).status).toBe(502);
});

test('a STREAM integration sends its response in chunks', async () => {
  const response = await call('/stream', { method: 'POST' });
  expect(response.status).toBe(201);
  const chunks = await Array.fromAsync(response.body ?? []);
  expect(chunks.length).toBeGreaterThan(1);
});

test('an integration that exceeds its timeout returns 504', async () => {
  const response = await call('/slow');
  expect(response.status).toBe(504);
  expect(await response.json()).toEqual({ message: 'Endpoint request timed out' });
});

test('a function that throws or returns an invalid result returns 502', async () => {
  for (const path of ['/throws', '/plain']) {
    const response = await call(path);
    expect(response.status).toBe(502);
    expect(await response.json()).toEqual({ message: 'Internal server error' });
  }
});

type Reference = Readonly<Record<string, unknown>>;

function resource(logicalId: string, parent: Reference, part: string): Reference {
  const Properties = { RestApiId: { Ref: 'Api' }, ParentId: parent, PathPart: part };
  return { [logicalId]: { Type: 'AWS::ApiGateway::Resource', Properties } };
}

interface MethodOptions {
  readonly verb: string;
  readonly to: string;
  readonly key?: boolean;
  readonly mode?: 'BUFFERED' | 'STREAM';
  readonly timeoutMs?: number;
}

function method(
  of: string,
  { verb, to, key = false, mode = 'BUFFERED', timeoutMs }: MethodOptions,
): Reference {
  const invocation = invocations[mode]?.replace('Function', `${to}.Arn`);
  const Properties = {
    RestApiId: { Ref: 'Api' },
    ResourceId: { Ref: of },
    HttpMethod: verb,
    ApiKeyRequired: key,
    AuthorizationType: 'NONE',
    Integration: {
      Type: 'AWS_PROXY',
      IntegrationHttpMethod: 'POST',
      ResponseTransferMode: mode,
      Uri: {
        'Fn::Sub': `arn:\${AWS::Partition}:apigateway:\${AWS::Region}:lambda:path/${invocation}`,
      },
      ...(timeoutMs === undefined ? {} : { TimeoutInMillis: timeoutMs }),
    },
  };
  return { [`${of}${verb}`]: { Type: 'AWS::ApiGateway::Method', Properties } };
}
