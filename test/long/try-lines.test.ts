import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { tryLines } from '#local/host/state/try-lines.ts';
import { hostText } from '#test/fixtures/host-template.ts';
import { startLocalProcess } from '#test/fixtures/local-process.ts';

const run = promisify(execFile);

interface Answer {
  readonly isOk: boolean;
  readonly body: string;
}

/** Runs a curl command in a shell, as a user would. Returns the body and whether the status is 2xx. */
async function runLine(line: string): Promise<Answer> {
  const { stdout } = await run('sh', ['-c', `${line} -s -w '\n%{http_code}'`]);
  const end = stdout.lastIndexOf('\n');
  return { isOk: /^2\d\d$/u.test(stdout.slice(end + 1)), body: stdout.slice(0, end) };
}

/** For each template, the bodies that its printed commands return, in order. */
const templates: readonly (readonly [template: string, bodies: readonly RegExp[]])[] = [
  ['cfn-url/template.yaml', [/"greeting":"Hello, nobody"/u]],
  ['sam-streaming-url/template.yaml', [/Simulated/u]],
  ['provided/template.yaml', [/^said/u]],
  ['cfn-web-function/template.yaml', [/^Hello from a web function$/u]],
  ['sam-layer/template.yaml', [/Hello from a layer/u]],
  ['cfn-nested/template.yaml', [/"inner":/u, /"WHICH":"Greeter"/u]],
  ['sam-rest-streaming/template.yaml', [/^friendly\nexample\nPOST\n$/u]],
  ['cfn-openapi/template.yaml', [/"path":"\/whoami"/u]],
  ['sam-http-api/template.yaml', [/"pathParameters":\{"name":"example"\}/u]],
  ['sam-queue/template.yaml', [/"MessageId":/u, /"Items":/u]],
  ['sam-bucket/template.yaml', [/^$/u, /"Items":/u]],
  ['sam-workflow/template.yaml', [/"executionArn":".*:local-Pipeline:/u]],
  ['cfn-express/template.json', [/"status":"FAILED"/u, /"Items":/u]],
  ['cfn-async/template.yaml', [/"calls":1/u, /"MessageId":/u]],
  ['cfn-stores/template.yaml', [/"MessageId":/u, /^$/u, /"Items":\[\]/u]],
];

test.each(templates)('every command that %s prints succeeds', async (template, bodies) => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const host = await startLocalProcess(template, folder, '--tokens-per-second', '0');
  const lines = host.lines.filter((line) => line.startsWith('  curl '));
  const results = [];
  for (const line of lines) results.push(await runLine(line));
  await host.kill('SIGINT');
  expect(results).toEqual(
    bodies.map((body) => ({ isOk: true, body: expect.stringMatching(body) as string })),
  );
});

test('at startup the host prints the endpoint, the credentials, every URL and the outputs', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  const host = await startLocalProcess('cfn-url/template.yaml', folder);
  await host.kill('SIGINT');
  const { endpoints, credentials, functions, outputs } = host.state;
  const printed = host.lines.join('\n');
  expect(printed).toContain(`AWS_ENDPOINT_URL=${endpoints.aws}`);
  expect(printed).toContain(`AWS_ACCESS_KEY_ID=${credentials.accessKeyId}`);
  expect(printed).toContain(`AWS_SECRET_ACCESS_KEY=${credentials.secretAccessKey}`);
  expect(printed).toMatch(new RegExp(`Hello +${functions['Hello']?.url} `, 'u'));
  expect(printed).toMatch(new RegExp(`Url +${outputs['Url']}$`, 'mu'));
  expect(host.lines.at(-1)).toBe(
    `Ready. All of this, and every notice, is in ${join(folder, 'state.json')}`,
  );
});

const behindTokens = (authorization: string): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Users: { Type: AWS::Cognito::UserPool, Properties: { UserPoolName: users } }
  Web:
    Type: AWS::Cognito::UserPoolClient
    Properties: { UserPoolId: !Ref Users, ExplicitAuthFlows: [ALLOW_USER_PASSWORD_AUTH] }
  ${authorization}
  Me:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: 'exports.handler = async () => ({ statusCode: 200, body: "let in" })'
      Handler: index.handler
      Runtime: nodejs24.x
      Events:
        Mine: { Type: $TYPE, Properties: { $ID: !Ref Api, Path: /me, Method: GET } }
`;

test.each([
  [
    'a REST API',
    behindTokens(
      'Api: { Type: AWS::Serverless::Api, Properties: { StageName: v1, Auth: { DefaultAuthorizer: P, Authorizers: { P: { UserPoolArn: !GetAtt Users.Arn } } } } }',
    )
      .replace('$TYPE', 'Api')
      .replace('$ID', 'RestApiId'),
  ],
  [
    'an HTTP API',
    behindTokens(
      'Api: { Type: AWS::Serverless::HttpApi, Properties: { Auth: { DefaultAuthorizer: P, Authorizers: { P: { JwtConfiguration: { issuer: !GetAtt Users.ProviderURL, audience: [!Ref Web] } } } } } }',
    )
      .replace('$TYPE', 'HttpApi')
      .replace('$ID', 'ApiId'),
  ],
])('the command for %s with a user pool signs a user in', async (_, template) => {
  await using system = await hostText(template);
  const [line] = tryLines(system.state);
  expect(await runLine(line?.command ?? '')).toEqual({ isOk: true, body: 'let in' });
});
