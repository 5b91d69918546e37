import { App } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { readSettings } from '#infra/settings.ts';
import { StreambedStack } from '#infra/streambed-stack.ts';

const app = new App();
const template = Template.fromStack(new StreambedStack(app, 'Streambed', readSettings(app.node)));

interface Statement {
  readonly Action: string | readonly string[];
  readonly Condition?: object;
}

function statementsOf(role: string): readonly Statement[] {
  const policies = Object.values(template.findResources('AWS::IAM::Policy'));
  const own = policies.filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(role));
  return own.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

function actionsOf(role: string): readonly string[] {
  return [...new Set(statementsOf(role).flatMap(({ Action }) => [Action].flat()))];
}

test('the functions of documents and tasks delete, but scan nothing and list work files only', () => {
  const documents = actionsOf('DocumentsFunctionRole');
  expect(documents.filter((action) => /Delete|Batch|List|Scan/u.test(action)).toSorted()).toEqual([
    'dynamodb:DeleteItem',
    's3:DeleteObject',
    's3:ListBucket',
  ]);
  const tasks = actionsOf('TasksFunctionRole');
  expect(tasks.filter((action) => /Delete|Batch|List|Scan/u.test(action)).toSorted()).toEqual([
    'dynamodb:BatchWriteItem',
    'dynamodb:DeleteItem',
    's3:DeleteObject',
  ]);
});

test('only the worker of exports and deletions can list, delete and scan everything', () => {
  const api = actionsOf('DataFunctionRole');
  expect(api.filter((action) => /Delete|Scan|Query|bedrock/u.test(action))).toEqual([]);
  // It finds the files that it signs URLs for.
  const lists = statementsOf('DataFunctionRole').filter(({ Action }) => Action === 's3:ListBucket');
  expect(lists.map(({ Condition }) => Condition)).toEqual([
    { StringLike: { 's3:prefix': ['attachments/*'] } },
  ]);
  expect(api.filter((action) => action.includes('List'))).toHaveLength(1);
  const worker = actionsOf('DataWorkerFunctionRole');
  expect(worker).toEqual(expect.arrayContaining(['dynamodb:Scan', 's3:ListBucket']));
  expect(worker.filter((action) => /bedrock|StartExecution/u.test(action))).toEqual([]);
});

test('the page uploads documents from the origin that it is given', () => {
  const rules = [{ AllowedMethods: ['PUT'], AllowedOrigins: [{ Ref: 'PageOrigin' }] }];
  template.hasResourceProperties('AWS::S3::Bucket', {
    CorsConfiguration: { CorsRules: rules.map((rule) => Match.objectLike(rule)) },
  });
});
