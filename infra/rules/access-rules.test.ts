import { expect, test } from 'vitest';
import {
  allowsNoWildcards,
  routesNeedCredentials,
  urlsHaveBothPermissions,
} from '#infra/rules/access-rules.ts';
import { readCdkTemplate, readSamTemplate, withValue } from '#test/fixtures/deployed-templates.ts';

const cdk = readCdkTemplate();
const sam = readSamTemplate();

test('an open URL needs both permissions, and each must be bounded', () => {
  const broken = (path: string): readonly string[] =>
    urlsHaveBothPermissions(withValue(sam, `Resources.${path}`, undefined));
  const forUrl = 'ChatFunctionUrlPublicPermissions';
  const forFunction = 'ChatFunctionURLInvokeAllowPublicAccess';
  const missing = 'ChatFunctionUrl: no caller has the permission lambda:';
  expect(broken(forUrl)).toEqual([`${missing}InvokeFunctionUrl`]);
  expect(broken(forFunction)).toEqual([`${missing}InvokeFunction, through the URL`]);
  expect(broken(`${forUrl}.Properties.FunctionUrlAuthType`)).toEqual([
    `${missing}InvokeFunctionUrl`,
    `${forUrl}: lets everybody invoke a function`,
  ]);
  expect(broken(`${forFunction}.Properties.InvokedViaFunctionUrl`)).toEqual([
    `${missing}InvokeFunction, through the URL`,
    `${forFunction}: lets everybody invoke a function`,
  ]);
});

test('a policy that allows a URL must allow its function, through the URL only', () => {
  const statement = 'Resources.PagePolicy.Properties.PolicyDocument.Statement.1';
  const fault = 'PagePolicy: allows lambda:InvokeFunctionUrl without lambda:InvokeFunction';
  const changes = { Condition: undefined, Action: 'lambda:GetFunction', Resource: 'another' };
  for (const [name, value] of Object.entries(changes)) {
    const broken = withValue(cdk, `${statement}.${name}`, value);
    expect(urlsHaveBothPermissions(broken)).toEqual([fault]);
  }
});

test('a route needs the authorizer and a key, in a resource and in a document', () => {
  const fault = ['POST /chat/stream: must need an authorizer and a key'];
  const method = 'Resources.ApichatstreamPOST*.Properties';
  for (const [name, value] of [
    ['ApiKeyRequired', false],
    ['AuthorizationType', 'NONE'],
    ['AuthorizerId', undefined],
  ] as const) {
    const broken = withValue(cdk, `${method}.${name}`, value);
    expect(routesNeedCredentials(broken)).toEqual(fault);
  }
  const security = 'Resources.Api.Properties.Body.paths./chat/stream.post.security';
  for (const value of [[], undefined, [{ api_key: [] }], [{ People: [] }]]) {
    expect(routesNeedCredentials(withValue(sam, security, value))).toEqual(fault);
  }
  const schemes = 'Resources.Api.Properties.Body.components.securitySchemes';
  expect(routesNeedCredentials(withValue(sam, schemes, {}))).toEqual(['there is no authorizer']);
});

test('no policy allows all actions, all resources, or what a managed policy of AWS allows', () => {
  const inCdk = 'Resources.ChatFunctionRoleDefaultPolicy*.Properties.PolicyDocument.Statement.1';
  const inRole = 'Resources.ChatFunctionRole.Properties';
  const faultsOf = (...broken: Parameters<typeof withValue>): string =>
    allowsNoWildcards(withValue(...broken)).join();
  expect(faultsOf(cdk, `${inCdk}.Action`, 'dynamodb:*')).toContain('allows dynamodb:*');
  expect(faultsOf(cdk, `${inCdk}.Resource`, '*')).toContain('on everything');
  const own = `${inRole}.Policies.0.PolicyDocument.Statement.0`;
  expect(faultsOf(sam, `${own}.Action`, ['bedrock:*'])).toContain('allows bedrock:*');
  const shared = 'Resources.TurnsPolicy.Properties.PolicyDocument.Statement.0.Resource';
  expect(faultsOf(sam, shared, ['*'])).toContain('on everything');
  const arn = 'arn:aws:iam::aws:policy/AmazonBedrockFullAccess';
  expect(faultsOf(sam, `${inRole}.ManagedPolicyArns.0`, arn)).toBe(`ChatFunctionRole: has ${arn}`);
});
