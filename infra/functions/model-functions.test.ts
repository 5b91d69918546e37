import type { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { synthesize } from '#test/fixtures/synthesized.ts';

const template = synthesize();

test.each([
  ['InvokeFunction', ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream']],
  ['LangChainFunction', ['bedrock:InvokeModelWithResponseStream']],
  // Knowledge bases are a setting, and there are none by default.
  ['KnowledgeFunction', []],
])('the role of %s can store turns and call its models, and delete no items', (name, calls) => {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const own = policies.filter(({ Properties }) => Properties.Roles[0].Ref === `${name}Role`);
  const statements: readonly { readonly Action: string | readonly string[] }[] = own.flatMap(
    ({ Properties }) => Properties.PolicyDocument.Statement,
  );
  const actions = statements.flatMap(({ Action }) => [Action].flat());
  expect([...new Set(actions)].toSorted()).toEqual([
    ...calls,
    'dynamodb:GetItem',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    's3:DeleteObject',
    's3:GetObject',
    's3:PutObject',
  ]);
  const onBucket = statements.filter(({ Action }) => [Action].flat().includes('s3:PutObject'));
  expect(JSON.stringify(onBucket)).toContain('/answers/*');
});

test('every Function URL accepts all headers from allowed origins, and exposes its own', () => {
  const urls = Object.values(template.findResources('AWS::Lambda::Url'));
  expect(urls.map(({ Properties }) => Properties.Cors.AllowHeaders)).toEqual(urls.map(() => ['*']));
  const exposed = Object.fromEntries(
    urls.map(({ Properties: { TargetFunctionArn, Cors } }) => {
      return [TargetFunctionArn['Fn::GetAtt'][0], Cors.ExposeHeaders];
    }),
  );
  expect(exposed['InvokeFunction']).toContain('x-streambed-turn-id');
  expect(exposed['LangChainFunction']).toContain('x-streambed-session-id');
});

test("the functions that run turns use the AWS SDK's client if a setting says so", () => {
  const clientsIn = (from: Template): ReadonlySet<unknown> => {
    const functions = Object.values(from.findResources('AWS::Lambda::Function'));
    return new Set(
      functions.flatMap(({ Properties }) => {
        return Properties.Environment?.Variables?.BEDROCK_CLIENT ?? [];
      }),
    );
  };
  expect(clientsIn(template)).toEqual(new Set(['own']));
  expect(clientsIn(synthesize({ client: 'sdk' }))).toEqual(new Set(['sdk']));
});

test('a guardrail is applied by all functions that call models, which may apply no other', () => {
  const guarded = synthesize({ guardrail: 'abcdef123456:2' });
  const functions = guarded.findResources('AWS::Lambda::Function');
  const calling = Object.entries(functions).filter(([, { Properties }]) => {
    const { BEDROCK_CLIENT, MODEL_REGION } = Properties.Environment?.Variables ?? {};
    return [BEDROCK_CLIENT, MODEL_REGION].some((value) => value !== undefined);
  });
  for (const [, { Properties }] of calling) {
    expect(Properties.Environment.Variables.GUARDRAIL).toBe('abcdef123456:2');
  }
  const statements = Object.values(guarded.findResources('AWS::IAM::Policy')).flatMap(
    ({ Properties: { Roles, PolicyDocument } }) =>
      PolicyDocument.Statement.map((each: object) => ({ role: Roles[0].Ref, ...each })),
  );
  const allowed = statements.filter(({ Action }) => Action === 'bedrock:ApplyGuardrail');
  expect(allowed.map(({ role }) => String(role)).toSorted()).toEqual([
    'ChatBufferedFunctionRole',
    'ChatFunctionRole',
    'InvokeFunctionRole',
    'LangChainFunctionRole',
    'OpenAiFunctionRole',
    'TaskWorkerFunctionRole',
  ]);
  for (const { Resource } of allowed) {
    expect(JSON.stringify(Resource)).toMatch(/:guardrail\/abcdef123456"\]\]\}$/u);
  }
});
