import { Aws, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { CfnLogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { acknowledge } from '#infra/acknowledge.ts';
import { addAccessLogs, type AccessLogOptions } from '#infra/options/access-logs.ts';
import { partsOf } from '#infra/options/stack-parts.ts';

export const workflowLevels = ['OFF', 'ERROR', 'ALL'] as const;

export interface LogOptions {
  /** How long all log groups keep their lines. */
  readonly retentionDays: number;
  /** The access logs of the REST API. Undefined for none. */
  readonly access: AccessLogOptions | undefined;
  /** Which events of workflows are logged. */
  readonly workflows: (typeof workflowLevels)[number];
}

/** Adds the logs in the settings, and sets how long all logs of a stack are kept. */
export function applyLogOptions(stack: Stack, options: LogOptions): void {
  if (options.access !== undefined) addAccessLogs(stack, options.access);
  if (options.workflows !== 'OFF') addWorkflowLogs(stack, options.workflows);
  for (const group of partsOf(stack, CfnLogGroup)) group.retentionInDays = options.retentionDays;
}

/** Logs what workflows do, without what they work on: no inputs, outputs or words of documents. */
function addWorkflowLogs(stack: Stack, level: 'ERROR' | 'ALL'): void {
  const group = new LogGroup(stack, 'WorkflowLogs', {
    // Under other names, each workflow adds to a policy of the account that has a limited length.
    logGroupName: `/aws/vendedlogs/states/${Aws.STACK_NAME}`,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  for (const machine of partsOf(stack, CfnStateMachine)) {
    machine.loggingConfiguration = {
      level,
      includeExecutionData: false,
      destinations: [{ cloudWatchLogsLogGroup: { logGroupArn: group.logGroupArn } }],
    };
  }
  const role = partsOf(stack, Role).find(({ node }) => node.id === 'DocumentWorkflowsRole');
  if (role === undefined) throw new Error('The workflows have no role');
  role.addToPolicy(new PolicyStatement({ actions: deliveryActions, resources: ['*'] }));
  acknowledge(role, {
    'IAM5[Resource::*]': 'The actions that configure the delivery of logs have no resource types.',
  });
}

/** What Step Functions needs to send its logs to CloudWatch. */
const deliveryActions = [
  'logs:CreateLogDelivery',
  'logs:GetLogDelivery',
  'logs:UpdateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:DescribeResourcePolicies',
  'logs:DescribeLogGroups',
];
