import { expect, test } from 'vitest';
import { hostText } from '#test/fixtures/host-template.ts';

const sam = (resources: string): string => `
Transform: AWS::Serverless-2016-10-31
Globals: { Function: { Runtime: nodejs24.x, Handler: index.handler } }
Resources:
  Say:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: |
        export const handler = async ({ rawPath, path }) => ({ statusCode: 200, body: rawPath ?? path });
${resources}`;

const withRoute = (type: string, auth: string): string => `      Events:
        Get: { Type: ${type}, Properties: { Path: /x, Method: GET, Auth: ${auth} } }`;

test.each([
  ['Api', 'ServerlessRestApi'],
  ['HttpApi', 'ServerlessHttpApi'],
])('an unsigned request to an AWS_IAM route of an %s is refused with 403', async (type, id) => {
  await using system = await hostText(sam(withRoute(type, '{ Authorizer: AWS_IAM }')));
  expect((await fetch(`${system.state.apis[id]?.url}/x`)).status).toBe(403);
});

test('a reference to an undeclared authorizer is refused at startup', async () => {
  const text = sam(withRoute('Api', '{ Authorizer: Misspelt }'));
  await expect(hostText(text)).rejects.toThrow(
    'there is no authorizer or security scheme Misspelt',
  );
});

test('the default authorizer also applies to paths of a DefinitionBody', async () => {
  await using system = await hostText(
    sam(`
  Pool: { Type: AWS::Cognito::UserPool }
  Own:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth:
        DefaultAuthorizer: Users
        Authorizers: { Users: { UserPoolArn: !GetAtt Pool.Arn } }
      DefinitionBody:
        openapi: 3.0.1
        paths:
          /doc:
            get:
              x-amazon-apigateway-integration:
                type: mock
                requestTemplates: { application/json: '{"statusCode":200}' }
                responses: { default: { statusCode: '200' } }
`),
  );
  const response = await fetch(`${system.state.apis['Own']?.url}/doc`);
  expect([response.status, await response.json()]).toEqual([401, { message: 'Unauthorized' }]);
});

const withAuthorizer = (authorizer: string): string =>
  sam(`      Events:
        A: { Type: HttpApi, Properties: { ApiId: !Ref Http, Path: /a, Method: GET } }
        B: { Type: HttpApi, Properties: { ApiId: !Ref Http, Path: /b, Method: GET } }
  Authorizer:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: |
        export const handler = async ({ headers, rawPath }) => ({
          isAuthorized: headers.token === 'good' && rawPath === '/a',
        });
  Http:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Own
        Authorizers:
          Own: { FunctionArn: !GetAtt Authorizer.Arn, EnableSimpleResponses: true, AuthorizerPayloadFormatVersion: '2.0'${authorizer} }
`);

test('an authorizer decision is not reused for another caller', async () => {
  await using system = await hostText(withAuthorizer(''));
  const ask = (token: string): Promise<Response> =>
    fetch(`${system.state.apis['Http']?.url}/a`, { headers: { token } });
  expect((await ask('good')).status).toBe(200);
  expect((await ask('evil')).status).toBe(403);
});

test('with the route as an identity source, a decision is cached for that route only', async () => {
  await using system = await hostText(
    withAuthorizer(', Identity: { Headers: [token], Context: [routeKey] }'),
  );
  const ask = (path: string): Promise<Response> =>
    fetch(`${system.state.apis['Http']?.url}${path}`, { headers: { token: 'good' } });
  expect((await ask('/a')).status).toBe(200);
  expect((await ask('/b')).status).toBe(403);
});

test('a Deny policy matches the exact path, and a very long path is matched quickly', async () => {
  await using system = await hostText(
    sam(`      Events:
        Any: { Type: Api, Properties: { RestApiId: !Ref Own, Path: '/{proxy+}', Method: ANY } }
        Admin: { Type: Api, Properties: { RestApiId: !Ref Own, Path: /admin, Method: GET } }
  Authorizer:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: |
        export const handler = async ({ methodArn }) => ({
          principalId: 'x',
          policyDocument: { Statement: [
            { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' },
            { Effect: 'Deny', Action: 'execute-api:Invoke', Resource: 'arn:aws:execute-api:*:*:*/*/GET/admin' },
          ] },
        });
  Own:
    Type: AWS::Serverless::Api
    Properties:
      StageName: v1
      Auth: { DefaultAuthorizer: Custom, Authorizers: { Custom: { FunctionArn: !GetAtt Authorizer.Arn } } }
`),
  );
  const ask = async (path: string): Promise<readonly [number, string]> => {
    const headers = { authorization: 'x' };
    const response = await fetch(`${system.state.apis['Own']?.url}${path}`, { headers });
    return [response.status, await response.text()];
  };
  expect((await ask('/admin'))[0]).toBe(403);
  // This is another path: the greedy route matches it, and the Deny does not.
  expect(await ask('/admin/')).toEqual([200, '/admin/']);
  expect((await ask(`/${':/'.repeat(1_500)}`))[0]).toBe(200);
});

test('a gateway response that cannot be rendered falls back to the text of AWS', async () => {
  await using system = await hostText(
    sam(`${withRoute('Api', '{}')}
  Broken:
    Type: AWS::ApiGateway::GatewayResponse
    Properties:
      RestApiId: !Ref ServerlessRestApi
      ResponseType: MISSING_AUTHENTICATION_TOKEN
      ResponseParameters: { gatewayresponse.header.X-Bad: "'ハイ'" }
      ResponseTemplates: { application/json: '#if($context.x' }
`),
  );
  const response = await fetch(`${system.state.apis['ServerlessRestApi']?.url}/nowhere`);
  expect(await response.json()).toEqual({ message: 'Missing Authentication Token' });
});

test('a proxy result whose body is not a string returns 502', async () => {
  const text = sam(withRoute('Api', '{}')).replace('body: rawPath ?? path', 'body: { a: 1 }');
  await using system = await hostText(text);
  expect((await fetch(`${system.state.apis['ServerlessRestApi']?.url}/x`)).status).toBe(502);
});
