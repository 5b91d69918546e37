import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import {
  guestSecretKey,
  issuerKeysKey,
  logSecretKey,
  ownerPartition,
  pageSessionKey,
  pageSessionsPartition,
} from '#aws/dynamo/keys.ts';
import { synthesize } from '#test/fixtures/synthesized.ts';

const template = synthesize();

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

test('the authorizer can reach the keys of issuers, the secret of guests, and nothing else', () => {
  const actions = statementsOf('AuthorizerFunctionRole').flatMap(({ Action }) => [Action].flat());
  expect(actions.toSorted()).toEqual([
    'dynamodb:GetItem',
    'dynamodb:UpdateItem',
    'dynamodb:UpdateItem',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
  ]);
  const { pk } = issuerKeysKey('https://id.example.org/keys');
  expect(conditionsOf('AuthorizerFunctionRole')).toEqual([
    limitedTo(pk),
    limitedTo(guestSecretKey.pk),
  ]);
});

const owned = limitedTo(`${ownerPartition('')}*`, 'TURNS#*', 'SEARCH#*', 'LOGS#*', logSecretKey.pk);

/** The functions behind the page, which accept the token of a person beside a signature. */
const peoplesRoles = [
  'ChatFunctionRole',
  'ConversationsFunctionRole',
  'ConversationStreamFunctionRole',
  'DataFunctionRole',
];

test.each(peoplesRoles)('%s can reach the keys of issuers and the secret of guests', (role) => {
  const { pk } = issuerKeysKey('');
  const conditions = new Set(conditionsOf(role).map((condition) => JSON.stringify(condition)));
  expect(conditions).toEqual(
    new Set(
      [owned, limitedTo(pk), limitedTo(guestSecretKey.pk)].map((each) => JSON.stringify(each)),
    ),
  );
});

test('no other function can reach the keys of issuers', () => {
  const worker = 'DataWorkerFunctionRole';
  const readers = new Set(['AuthorizerFunctionRole', worker, ...peoplesRoles]);
  const roles = Object.keys(template.findResources('AWS::IAM::Role'));
  const others = roles.filter((role) => !readers.has(role)).flatMap(conditionsOf);
  expect(others.length).toBeGreaterThan(10);
  expect(others).toEqual(others.map(() => owned));
  // It also deletes the sessions of people on the page.
  const sessions = ['PAGE_SESSION#*', 'PAGE_SESSIONS#*'].map((pk) => limitedTo(pk));
  expect(conditionsOf(worker)).toEqual([owned, ...sessions]);
});

test('guests are off unless the deployment allows them', () => {
  template.hasParameter('Guests', { Default: 'false' });
  synthesize({ guests: 'true' }).hasParameter('Guests', { Default: 'true' });
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

test('the server of the page can call its three functions, keep sessions and nothing else', () => {
  const [policy] = Object.values(template.findResources('AWS::IAM::ManagedPolicy'));
  const statements: readonly Statement[] = policy?.['Properties'].PolicyDocument.Statement;
  const actions = new Set(statements.flatMap(({ Action }) => [Action].flat()));
  expect([...actions].toSorted()).toEqual([
    'dynamodb:DeleteItem',
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
    'lambda:InvokeFunction',
    'lambda:InvokeFunctionUrl',
  ]);
  const onTable = statements.filter(({ Action }) => JSON.stringify(Action).includes('dynamodb:'));
  expect(onTable.map(({ Condition }) => Condition)).toEqual([
    limitedTo(pageSessionKey('*').pk, pageSessionsPartition('*')),
    limitedTo(guestSecretKey.pk),
  ]);
});
