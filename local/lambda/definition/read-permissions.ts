import type { Policies } from '#local/lambda/api/policies.ts';
import { toStatement, type Permission } from '#local/lambda/api/statement.ts';
import type { Functions } from '#local/lambda/functions.ts';
import { policyArn, qualifierIn } from '#local/lambda/definition/qualifier.ts';
import { shortId } from '#local/template/identities/naming.ts';
import type { Resource } from '#local/template/stacks.ts';

/** A permission of a template, on the function that it names. */
export interface PermissionDefinition extends Permission {
  /** The name or ARN of the function, optionally with a version or an alias. */
  readonly functionName: string;
}

/** Reads an AWS::Lambda::Permission. Throws an error that names the invalid property. */
export function readPermission({
  key,
  properties,
  stack,
  logicalId,
}: Resource): PermissionDefinition {
  const { stackName } = stack.template;
  return {
    functionName: properties.text('FunctionName'),
    // CloudFormation makes such ids.
    StatementId: `${stackName}-${logicalId}-${shortId(key, 12)}`,
    Action: properties.text('Action'),
    Principal: properties.text('Principal'),
    SourceArn: properties.optionalText('SourceArn'),
    SourceAccount: properties.optionalText('SourceAccount'),
    EventSourceToken: properties.optionalText('EventSourceToken'),
    PrincipalOrgID: properties.optionalText('PrincipalOrgID'),
    FunctionUrlAuthType: properties.optionalText('FunctionUrlAuthType'),
    InvokedViaFunctionUrl: properties.has('InvokedViaFunctionUrl')
      ? properties.flag('InvokedViaFunctionUrl')
      : undefined,
  };
}

/** Adds the permissions of templates to the policies of their functions. */
export function addPermissions(
  permissions: readonly PermissionDefinition[],
  functions: Functions,
  policies: Policies,
): void {
  for (const { functionName, ...permission } of permissions) {
    const host = functions.find(functionName);
    if (host === undefined) continue;
    const arn = policyArn(host.definition, qualifierIn(functionName));
    const { statements = [] } = policies.find(arn) ?? {};
    policies.put(arn, [...statements, toStatement(permission, arn)]);
  }
}
