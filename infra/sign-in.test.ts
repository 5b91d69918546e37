import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { issuerKeysKey, logSecretKey, ownerPartition } from '#aws/dynamo/keys.ts';
import { readSettings } from '#infra/settings.ts';
import { StreambedStack } from '#infra/streambed-stack.ts';

const app = new App();
const template = Template.fromStack(new StreambedStack(app, 'Streambed', readSettings(app.node)));

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

function statementsOf(role: string): readonly Statement[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const own = policies.filter(({ Properties }) =>
    JSON.stringify(Properties.Roles).includes(`"${role}"`),
  );
  return own.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

/** Returns the conditions of a role's permissions for the items of the table. */
function conditionsOf(role: string): readonly unknown[] {
  const table = JSON.stringify({ 'Fn::GetAtt': ['Conversations', 'Arn'] });
  return statementsOf(role)
    .filter(({ Resource }) => JSON.stringify(Resource) === table)
    .map(({ Condition }) => Condition);
}

const limitedTo = (...partitions: readonly string[]): object => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions },
});

test('the authorizer can reach the keys of issuers and nothing else', () => {
  const actions = statementsOf('AuthorizerFunctionRole').flatMap(({ Action }) => [Action].flat());
  expect(actions.toSorted()).toEqual([
    'dynamodb:GetItem',
    'dynamodb:UpdateItem',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ]);
  const { pk } = issuerKeysKey('https://id.example.org/keys');
  expect(conditionsOf('AuthorizerFunctionRole')).toEqual([limitedTo(pk)]);
});

test('no other function can reach the keys of issuers', () => {
  const roles = Object.keys(template.findResources('AWS::IAM::Role'));
  const others = roles.filter((role) => role !== 'AuthorizerFunctionRole').flatMap(conditionsOf);
  const owned = limitedTo(`${ownerPartition('')}*`, 'TURNS#*', 'LOGS#*', logSecretKey.pk);
  expect(others.length).toBeGreaterThan(10);
  expect(others).toEqual(others.map(() => owned));
});

test('a fault of the authorizer is a 503 with words, not a 500 without', () => {
  for (const ResponseType of ['AUTHORIZER_FAILURE', 'AUTHORIZER_CONFIGURATION_ERROR']) {
    template.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
      ResponseType,
      StatusCode: '503',
      ResponseTemplates: { 'application/json': Match.stringLikeRegexp('"message":"The caller') },
    });
  }
});

test('a request whose function is throttled by Lambda is a 503 that says when to try again', () => {
  template.hasResourceProperties('AWS::ApiGateway::GatewayResponse', {
    ResponseType: 'API_CONFIGURATION_ERROR',
    StatusCode: '503',
    ResponseParameters: { 'gatewayresponse.header.Retry-After': "'5'" },
    ResponseTemplates: { 'application/json': Match.stringLikeRegexp('"message":"Too many') },
  });
});
