import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { functionWithUrl, hostResources } from '#test/fixtures/template.ts';

const custom = (handler: string): object => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { S3Key: 'custom-runtime' },
    Handler: handler,
    Runtime: 'provided.al2023',
    Timeout: 10,
  },
});

const uri =
  'arn:aws:apigateway:${AWS::Region}:lambda:path/2021-11-15/functions/${Function.Arn}/response-streaming-invocations';

/** A method that streams the response of a function. */
function streams(httpMethod: string, logicalId: string): object {
  const Uri = { 'Fn::Sub': uri.replace('Function.Arn', `${logicalId}.Arn`) };
  return {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ResourceId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      HttpMethod: httpMethod,
      AuthorizationType: 'NONE',
      Integration: {
        Type: 'AWS_PROXY',
        IntegrationHttpMethod: 'POST',
        ResponseTransferMode: 'STREAM',
        Uri,
      },
    },
  };
}

let system: Awaited<ReturnType<typeof hostResources>>;

beforeAll(async () => {
  system = await hostResources(
    {
      Streamed: custom('streamed'),
      Buffered: custom('buffered'),
      ...functionWithUrl('Handwritten', { handler: 'handwritten' }),
      ...functionWithUrl('Headless', { handler: 'emptyWithoutWrite' }),
      Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'api' } },
      Stage: {
        Type: 'AWS::ApiGateway::Stage',
        Properties: { RestApiId: { Ref: 'Api' }, StageName: 'v1' },
      },
      Get: streams('GET', 'Handwritten'),
      Put: streams('PUT', 'Streamed'),
      Post: streams('POST', 'Buffered'),
      Delete: streams('DELETE', 'Headless'),
    },
    { 'custom-runtime': resolve('test/fixtures/custom-runtime') },
  );
});

afterAll(() => system.close());

const call = (method: string): Promise<Response> =>
  fetch(system.state.apis['Api']?.url ?? '', { method });

test.each([
  ['a handler in Node', 'GET'],
  ['a custom runtime', 'PUT'],
  ['a custom runtime that does not stream', 'POST'],
])('the head that %s writes by hand is that of the response', async (_, method) => {
  const response = await call(method);
  expect([response.status, await response.text()]).toEqual([203, 'by hand']);
  expect(response.headers.getSetCookie()).toEqual(['a=1']);
});

test('a head that was never sent is a malformed response', async () => {
  const response = await call('DELETE');
  expect(response.status).toBe(502);
  expect(await response.json()).toEqual({ message: 'Internal server error' });
});

test('a Function URL takes a head for a body unless the content type names it', async () => {
  const response = await fetch(system.state.functions['Handwritten']?.url ?? '');
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain']);
  expect(await response.text()).toContain(`"cookies":["a=1"]}${'\0'.repeat(8)}by hand`);
});
