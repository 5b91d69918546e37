import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { AccessLogField as Field, CfnAccount, CfnStage } from 'aws-cdk-lib/aws-apigateway';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { acknowledge } from '#infra/acknowledge.ts';
import { partsOf } from '#infra/options/stack-parts.ts';

export const logRoles = ['existing', 'create'] as const;

export interface AccessLogOptions {
  /**
   * By which role API Gateway writes logs. It is a setting of the whole account in a Region:
   * `create` sets it, in place of any other.
   */
  readonly role: (typeof logRoles)[number];
}

/** Adds one line of JSON for each request to the REST API. */
export function addAccessLogs(stack: Stack, { role }: AccessLogOptions): void {
  const group = new LogGroup(stack, 'ApiAccessLogs', { removalPolicy: RemovalPolicy.DESTROY });
  const account = role === 'create' ? addAccountRole(stack) : undefined;
  for (const stage of partsOf(stack, CfnStage)) {
    stage.accessLogSetting = {
      destinationArn: group.logGroupArn,
      format: JSON.stringify(accessLogFields),
    };
    // Without the role, API Gateway refuses a stage with logs.
    if (account !== undefined) stage.addResourceDependency(account);
  }
}

/**
 * Routes instead of paths, which have ids of conversations. No query, header, body, address or
 * identity. Values are texts, because API Gateway writes `-` for one that is missing.
 */
const accessLogFields = {
  time: Field.contextRequestTime(),
  requestId: Field.contextRequestId(),
  // What responses have as `x-request-id`, and the lines of functions as `requestId`.
  functionRequestId: Field.contextAwsEndpointRequestId(),
  method: Field.contextHttpMethod(),
  route: Field.contextResourcePath(),
  status: Field.contextStatus(),
  error: Field.contextErrorResponseType(),
  responseBytes: Field.contextResponseLength(),
  responseMs: Field.contextResponseLatency(),
  functionMs: Field.contextIntegrationLatency(),
  authorizerMs: Field.contextAuthorizerIntegrationLatency(),
} as const;

/** Adds the role of the account. Both outlive the stack, because other APIs may use them by then. */
function addAccountRole(stack: Stack): CfnAccount {
  const role = new Role(stack, 'ApiLogsRole', {
    assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
    managedPolicies: [
      ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs'),
    ],
  });
  acknowledge(role, {
    'IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]':
      'API Gateway accepts only a role with the permissions of this policy, for all its APIs.',
  });
  role.applyRemovalPolicy(RemovalPolicy.RETAIN);
  const account = new CfnAccount(stack, 'ApiLogsAccount', { cloudWatchRoleArn: role.roleArn });
  account.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return account;
}
