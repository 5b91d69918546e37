import {
  listOf,
  mapOf,
  resourcesOf,
  textOf,
  type DeployedTemplate,
} from '#infra/rules/deployed-template.ts';

/** What a policy allows. */
export interface AllowedStatement {
  /** The logical id of the policy, or of the role that contains it. */
  readonly policy: string;
  readonly actions: readonly string[];
  readonly resources: readonly unknown[];
  readonly condition: unknown;
}

/** Returns every statement that allows something: to a role, or to callers of a resource. */
export function statementsOf(template: DeployedTemplate): readonly AllowedStatement[] {
  const policies = policyTypes.flatMap((type) => resourcesOf(template, type));
  const documents = [
    ...policies.map(({ id, properties }) => ({ id, document: properties['PolicyDocument'] })),
    ...resourcesOf(template, 'IAM::Role').flatMap(({ id, properties }) =>
      listOf(properties['Policies']).map((policy) => ({
        id,
        document: mapOf(policy)['PolicyDocument'],
      })),
    ),
  ];
  return documents.flatMap(({ id, document }) =>
    listOf(mapOf(document)['Statement'])
      .map(mapOf)
      .filter(({ Effect }) => Effect === 'Allow')
      .map(({ Action, Resource, Condition }) => ({
        policy: id,
        actions: listOf(Action).map(textOf),
        resources: listOf(Resource),
        condition: Condition,
      })),
  );
}

const policyTypes = [
  'IAM::Policy',
  'IAM::ManagedPolicy',
  'IAM::RolePolicy',
  'S3::BucketPolicy',
  'SQS::QueuePolicy',
  'SNS::TopicPolicy',
];
