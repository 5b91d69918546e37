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
import type { Policy, Statement } from '#local/lambda/api/policies.ts';
import { boolean, oneOf, string, structure, type Shaped } from '#local/wire/shape.ts';

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

type Permission = Shaped<typeof permissionShape>;

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
  const arn = policyArn(call);
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
  const { statements, revisionId } = requirePolicy(policies.find(policyArn(call)));
  const document = { Version: '2012-10-17', Id: 'default', Statement: statements };
  return { status: 200, body: { Policy: JSON.stringify(document), RevisionId: revisionId } };
};

/** `RemovePermission`: removes a statement by its id. */
export const removePermission: FunctionOperation = (call, { policies }) => {
  const arn = policyArn(call);
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

/** A version or an alias has a policy of its own. */
function policyArn({ host, qualifier }: FunctionCall): string {
  const { arn } = host.definition;
  return qualifier === undefined || qualifier === '$LATEST' ? arn : `${arn}:${qualifier}`;
}

function toStatement(permission: Permission, Resource: string): Statement {
  const { StatementId: Sid, Action, Principal } = permission;
  const condition = toCondition(permission);
  return {
    Sid,
    Effect: 'Allow',
    Principal: toPrincipal(Principal),
    Action,
    Resource,
    ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
  };
}

function toPrincipal(principal: string): unknown {
  if (principal === '*') return principal;
  if (/^\d{12}$/u.test(principal)) return { AWS: `arn:aws:iam::${principal}:root` };
  return principal.startsWith('arn:') ? { AWS: principal } : { Service: principal };
}

type Condition = Readonly<Record<string, Readonly<Record<string, string>>>>;

function toCondition(permission: Permission): Condition {
  const { SourceArn, InvokedViaFunctionUrl } = permission;
  const equals = Object.entries({
    'AWS:SourceAccount': permission.SourceAccount,
    'aws:PrincipalOrgID': permission.PrincipalOrgID,
    'lambda:EventSourceToken': permission.EventSourceToken,
    'lambda:FunctionUrlAuthType': permission.FunctionUrlAuthType,
  }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return {
    ...(equals.length === 0 ? {} : { StringEquals: Object.fromEntries(equals) }),
    ...(SourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': SourceArn } }),
    ...(InvokedViaFunctionUrl === undefined
      ? {}
      : { Bool: { 'lambda:InvokedViaFunctionUrl': String(InvokedViaFunctionUrl) } }),
  };
}
