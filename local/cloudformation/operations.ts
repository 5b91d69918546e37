import { AwsError } from '#local/wire/aws-error.ts';
import type { Engine } from '#local/wire/aws-exchange.ts';
import { validationError } from '#local/wire/aws-json.ts';
import { createQueryEngine, toTree, type QueryOperation } from '#local/wire/aws-query.ts';
import { lowerNames } from '#local/wire/coral-error.ts';
import { readShape, structure, type Problem } from '#local/wire/shape.ts';
import { stringList } from '#local/wire/string-list.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { accountId, stackIdOf } from '#local/template/stack-context.ts';
import type { OpenStack } from '#local/template/stacks.ts';

export interface StacksApi {
  readonly credentials: Credentials;
  readonly region: string;
  /** Returns every stack that is hosted. */
  stacks(): readonly OpenStack[];
}

/** The creation time that every stack and resource reports: the start of this process. */
const createdAt = new Date().toISOString();

/** Returns the engine of CloudFormation, with the operations that read stacks. */
export function createCloudFormationEngine(api: StacksApi): Engine {
  const operations = new Map<string, QueryOperation>([
    [
      'DescribeStacks',
      (parameters) => ({
        Stacks: { member: findStacks(api, parameters).map((stack) => describe(api, stack)) },
      }),
    ],
    ['ListStacks', (parameters) => listStacks(api, parameters)],
    [
      'ListStackResources',
      (parameters) => ({ StackResourceSummaries: { member: describeResources(api, parameters) } }),
    ],
    [
      'DescribeStackResources',
      (parameters) => ({ StackResources: { member: describeResources(api, parameters) } }),
    ],
    ['ListExports', () => ({ Exports: { member: listExports(api) } })],
    [
      'GetTemplate',
      (parameters) => ({ TemplateBody: renderTemplate(findStacks(api, parameters)[0]) }),
    ],
  ]);
  const namespace = 'http://cloudformation.amazonaws.com/doc/2010-05-15/';
  return createQueryEngine({ namespace, operations, credentials: api.credentials });
}

/** Returns the stack that a request names, or all stacks. Throws if it does not exist. */
function findStacks(
  { stacks, region }: StacksApi,
  parameters: URLSearchParams,
): readonly OpenStack[] {
  const name = parameters.get('StackName');
  if (name === null) return stacks();
  const found = stacks().filter(({ template: { stackName } }) =>
    [stackName, stackIdOf(stackName, region)].includes(name),
  );
  if (found.length > 0) return found;
  throw new AwsError('ValidationError', `Stack with id ${name} does not exist`);
}

/** Every stack here has the status that it has after its creation. */
const ownStatus = 'CREATE_COMPLETE';

const filterShape = structure(
  {},
  {
    StackStatusFilter: stringList({
      values: [
        'CREATE_IN_PROGRESS',
        'CREATE_FAILED',
        'CREATE_COMPLETE',
        'ROLLBACK_IN_PROGRESS',
        'ROLLBACK_FAILED',
        'ROLLBACK_COMPLETE',
        'DELETE_IN_PROGRESS',
        'DELETE_FAILED',
        'DELETE_COMPLETE',
        'UPDATE_IN_PROGRESS',
        'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
        'UPDATE_COMPLETE',
        'UPDATE_FAILED',
        'UPDATE_ROLLBACK_IN_PROGRESS',
        'UPDATE_ROLLBACK_FAILED',
        'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
        'UPDATE_ROLLBACK_COMPLETE',
        'REVIEW_IN_PROGRESS',
        'IMPORT_IN_PROGRESS',
        'IMPORT_COMPLETE',
        'IMPORT_ROLLBACK_IN_PROGRESS',
        'IMPORT_ROLLBACK_FAILED',
        'IMPORT_ROLLBACK_COMPLETE',
      ],
    }),
  },
);

function listStacks(api: StacksApi, parameters: URLSearchParams): Record<string, unknown> {
  const { StackStatusFilter = [] } = readShape(filterShape, toTree(parameters), invalidInput);
  const isListed = StackStatusFilter.length === 0 || StackStatusFilter.includes(ownStatus);
  const stacks = isListed ? api.stacks() : [];
  return { StackSummaries: { member: stacks.map((stack) => summarize(api, stack)) } };
}

/** CloudFormation's code for invalid input is that of the query protocol. */
function invalidInput(problems: readonly Problem[]): AwsError {
  return new AwsError('ValidationError', validationError(lowerNames(problems)).message);
}

function summarize({ region }: StacksApi, { template }: OpenStack): Record<string, unknown> {
  return {
    StackId: stackIdOf(template.stackName, region),
    StackName: template.stackName,
    CreationTime: createdAt,
    StackStatus: ownStatus,
    DriftInformation: { StackDriftStatus: 'NOT_CHECKED' },
  };
}

function describe(api: StacksApi, stack: OpenStack): Record<string, unknown> {
  const outputs = Object.entries(stack.outputs()).map(([OutputKey, OutputValue]) => ({
    OutputKey,
    OutputValue,
  }));
  const parameters = Object.keys(stack.template.parameters).map((name) =>
    stack.parameters().describe(name),
  );
  return {
    ...summarize(api, stack),
    Parameters: { member: parameters },
    Outputs: { member: outputs },
    DisableRollback: false,
    EnableTerminationProtection: false,
  };
}

function describeResources(api: StacksApi, parameters: URLSearchParams): readonly object[] {
  const onlyId = parameters.get('LogicalResourceId');
  return findStacks(api, parameters).flatMap((stack) => {
    const { template, scope } = stack;
    return [...template.resources]
      .filter(([, { condition }]) => condition === undefined || scope.condition(condition))
      .filter(([id]) => onlyId === null || onlyId === id)
      .map(([LogicalResourceId, { type }]) => ({
        StackName: template.stackName,
        StackId: stackIdOf(template.stackName, api.region),
        LogicalResourceId,
        PhysicalResourceId: findPhysicalId(stack, LogicalResourceId),
        ResourceType: type,
        ResourceStatus: 'CREATE_COMPLETE',
        Timestamp: createdAt,
        LastUpdatedTimestamp: createdAt,
      }));
  });
}

/** Returns the logical id for a resource to which `Ref` cannot be applied here. */
function findPhysicalId({ scope }: OpenStack, logicalId: string): string {
  try {
    return String(scope.ref(logicalId));
  } catch {
    return logicalId;
  }
}

function listExports({ stacks, region }: StacksApi): readonly object[] {
  return stacks().flatMap((stack) =>
    stack.exports().map(({ name, output }) => ({
      ExportingStackId: stackIdOf(stack.template.stackName, region),
      Name: name,
      Value: stack.outputs()[output],
    })),
  );
}

/** Returns the resources after SAM's were transformed into CloudFormation's. */
function renderTemplate(stack: OpenStack | undefined): string {
  const resources = [...(stack?.template.resources ?? [])].map(
    ([id, { type, properties }]) => [id, { Type: type, Properties: properties }] as const,
  );
  return JSON.stringify({ Resources: Object.fromEntries(resources) });
}

/** Returns the engine of STS, with `GetCallerIdentity` only. */
export function createStsEngine(credentials: Credentials): Engine {
  return createQueryEngine({
    credentials,
    namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    operations: new Map<string, QueryOperation>([
      [
        'GetCallerIdentity',
        () => ({
          Arn: `arn:aws:iam::${accountId}:user/local`,
          UserId: credentials.accessKeyId,
          Account: accountId,
        }),
      ],
    ]),
  });
}
