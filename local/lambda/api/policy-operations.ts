import {
  readInput,
  type FunctionCall,
  type FunctionOperation,
} from '#local/lambda/api/lambda-call.ts';
import {
  checkRevision,
  conflict,
  invalidParameter,
  notFound,
} from '#local/lambda/api/lambda-errors.ts';
import type { Policy } from '#local/lambda/api/policies.ts';
import { policyArn } from '#local/lambda/definition/qualifier.ts';
import { toStatement } from '#local/lambda/api/statement.ts';
import { boolean, oneOf, string, structure } from '#local/wire/shape.ts';

const permissionShape = structure(
  {
    StatementId: string({ min: 1, max: 100, pattern: '([a-zA-Z0-9-_]+)' }),
    Action: string({ pattern: '(lambda:[*]|lambda:[a-zA-Z]+|[*])' }),
    Principal: string({ pattern: String.raw`[^\s]+` }),
  },
  {
    SourceArn: string({
      pattern: String.raw`arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\-])+:([a-z]{2}(-gov)?-[a-z]+-\d{1})?:(\d{12})?:(.*)`,
    }),
    SourceAccount: string({ max: 12, pattern: String.raw`\d{12}` }),
    EventSourceToken: string({ max: 256, pattern: String.raw`[a-zA-Z0-9._\-]+` }),
    PrincipalOrgID: string({ min: 12, max: 34, pattern: 'o-[a-z0-9]{10,32}' }),
    FunctionUrlAuthType: oneOf('NONE', 'AWS_IAM'),
    InvokedViaFunctionUrl: boolean,
    RevisionId: string(),
  },
);

/** `AddPermission`: adds a statement to the resource policy. */
export const addPermission: FunctionOperation = (call, { policies }) => {
  const permission = readInput(permissionShape, call);
  const { StatementId, Action, FunctionUrlAuthType, RevisionId } = permission;
  if (FunctionUrlAuthType !== undefined && Action !== 'lambda:InvokeFunctionUrl') {
    throw invalidParameter(
      'FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action',
    );
  }
  if (permission.InvokedViaFunctionUrl !== undefined && Action !== 'lambda:InvokeFunction') {
    throw invalidParameter(
      'InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action',
    );
  }
  const arn = arnOf(call);
  const policy = policies.find(arn);
  checkRevision(RevisionId, policy?.revisionId);
  const { statements = [] } = policy ?? {};
  if (statements.some(({ Sid }) => Sid === StatementId)) {
    throw conflict(
      `The statement id (${StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
    );
  }
  const added = toStatement(permission, arn);
  policies.put(arn, [...statements, added]);
  return { status: 201, body: { Statement: JSON.stringify(added) } };
};

/** `GetPolicy`: the statements that were added. */
export const getPolicy: FunctionOperation = (call, { policies }) => {
  const { statements, revisionId } = requirePolicy(policies.find(arnOf(call)));
  const document = { Version: '2012-10-17', Id: 'default', Statement: statements };
  return { status: 200, body: { Policy: JSON.stringify(document), RevisionId: revisionId } };
};

/** `RemovePermission`: removes a statement by its id. */
export const removePermission: FunctionOperation = (call, { policies }) => {
  const arn = arnOf(call);
  const { statements, revisionId } = requirePolicy(
    policies.find(arn),
    'No policy is associated with the given resource.',
  );
  const id = decodeURIComponent(call.rest ?? '');
  checkRevision(call.query.get('RevisionId') ?? undefined, revisionId);
  const others = statements.filter(({ Sid }) => Sid !== id);
  if (others.length === statements.length) {
    throw notFound(`Statement ${id} is not found in resource policy.`);
  }
  policies.put(arn, others);
  return { status: 204 };
};

function requirePolicy(policy: Policy | undefined, message?: string): Policy {
  if (policy === undefined) throw notFound(message);
  return policy;
}

function arnOf({ host, qualifier }: FunctionCall): string {
  return policyArn(host.definition, qualifier);
}
