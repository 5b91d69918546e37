/** A statement of a resource policy, as IAM writes it. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Principal: unknown;
  readonly Action: string;
  readonly Resource: string;
  readonly Condition?: Condition;
}

type Condition = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Who may do what with a function, as `AddPermission` and templates say it. */
export interface Permission {
  readonly StatementId: string;
  readonly Action: string;
  readonly Principal: string;
  readonly SourceArn?: string | undefined;
  readonly SourceAccount?: string | undefined;
  readonly EventSourceToken?: string | undefined;
  readonly PrincipalOrgID?: string | undefined;
  readonly FunctionUrlAuthType?: string | undefined;
  readonly InvokedViaFunctionUrl?: boolean | undefined;
}

/** Returns a permission as a statement on the function, version or alias with this ARN. */
export function toStatement(permission: Permission, Resource: string): Statement {
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

/** What everybody must be allowed so that a Function URL without authentication answers. */
const publicActions = ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'] as const;

/** What is known of an anonymous request to a Function URL. */
const anonymous: Readonly<Record<string, string>> = {
  'lambda:FunctionUrlAuthType': 'NONE',
  'lambda:InvokedViaFunctionUrl': 'true',
};

/** Returns which of the two actions a public Function URL lacks (Lambda, since October 2025). */
export function missingPublicActions(statements: readonly Statement[]): readonly string[] {
  return publicActions.filter((action) => !statements.some((each) => grants(each, action)));
}

/** A condition on anything else, such as an account, is not met by an anonymous request. */
function grants({ Principal, Action, Condition = {} }: Statement, action: string): boolean {
  const conditions = Object.values(Condition).flatMap((keys) => Object.entries(keys));
  return (
    Principal === '*' &&
    [action, 'lambda:*', '*'].includes(Action) &&
    conditions.every(([key, value]) => anonymous[key] === value)
  );
}
