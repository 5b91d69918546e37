import { AwsClient } from 'aws4fetch';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostText, type HostedTemplate } from '#test/fixtures/host-template.ts';

let system: HostedTemplate;

beforeAll(async () => {
  system = await hostText(`
Transform: AWS::Serverless-2016-10-31
Resources:
  Own:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs24.x
      Handler: index.handler
      InlineCode: "exports.handler = async () => ({ statusCode: 200, body: 'called' })"
      FunctionUrlConfig: { AuthType: AWS_IAM }
      Events:
        Rest: { Type: Api, Properties: { RestApiId: !Ref Rest, Path: /, Method: GET } }
        Http: { Type: HttpApi, Properties: { ApiId: !Ref Http, Path: /, Method: GET } }
  Rest:
    Type: AWS::Serverless::Api
    Properties: { StageName: v1, Auth: { DefaultAuthorizer: AWS_IAM } }
  Http:
    Type: AWS::Serverless::HttpApi
    Properties: { Auth: { EnableIamAuthorizer: true, DefaultAuthorizer: AWS_IAM } }
`);
});

afterAll(() => system.close());

const wrongRegion = 'Credential should be scoped to a valid region. ';
const wrongService = (name: string): string =>
  `Credential should be scoped to correct service: '${name}'. `;

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

async function call(
  url: string | undefined,
  scope: { region: string; service: string },
): Promise<Answer> {
  const client = new AwsClient({ ...system.state.credentials, ...scope, retries: 0 });
  const response = await client.fetch(url ?? '');
  const body = await response.text();
  return { status: response.status, type: response.headers.get('x-amzn-errortype'), body };
}

const refused = (message: string): Answer => ({
  status: 403,
  type: 'InvalidSignatureException',
  body: JSON.stringify({ message }),
});

test.each([
  ['a Function URL', () => system.state.functions['Own']?.url, 'lambda'],
  ['a REST API', () => `${system.state.apis['Rest']?.url}/`, 'execute-api'],
])('%s refuses a signature for another Region or service', async (_, url, service) => {
  const region = 'us-east-1';
  expect(await call(url(), { region, service })).toMatchObject({ status: 200, body: 'called' });
  const elsewhere = { region: 'eu-west-1', service };
  expect(await call(url(), elsewhere)).toEqual(refused(wrongRegion));
  expect(await call(url(), { region, service: 's3' })).toEqual(refused(wrongService(service)));
  const both = { region: 'us-east-2', service: 'sqs' };
  expect(await call(url(), both)).toEqual(refused(`${wrongRegion}${wrongService(service)}`));
});

test('an HTTP API says no more than Forbidden', async () => {
  const url = `${system.state.apis['Http']?.url}/`;
  const service = 'execute-api';
  expect((await call(url, { region: 'us-east-1', service })).status).toBe(200);
  const body = JSON.stringify({ message: 'Forbidden' });
  const forbidden = { status: 403, body };
  expect(await call(url, { region: 'eu-west-1', service })).toMatchObject(forbidden);
  expect(await call(url, { region: 'us-east-1', service: 's3' })).toMatchObject(forbidden);
});
