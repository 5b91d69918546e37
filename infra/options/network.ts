import { Aws, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import {
  CfnSecurityGroup,
  CfnVPCEndpoint,
  FlowLogDestination,
  FlowLogTrafficType,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { acknowledge } from '#infra/acknowledge.ts';
import type { StreambedFunction } from '#infra/functions/streambed-function.ts';
import { membersOf, type Reach } from '#infra/options/network-members.ts';
import { propertiesOf } from '#infra/options/stack-parts.ts';

export interface NetworkOptions {
  /** A VPC of the stack without a way to the internet, or one that exists. */
  readonly vpc: { readonly type: 'new' } | ExistingVpc;
  /** Whether the stack adds the endpoints of the services that its functions call. */
  readonly addsEndpoints: boolean;
  /** The functions that run in the VPC, by name; all that can, if it is undefined. */
  readonly functions: readonly string[] | undefined;
}

export interface ExistingVpc {
  readonly type: 'existing';
  readonly id: string;
  readonly subnets: readonly string[];
  /** The route tables that lead to gateway endpoints; needed only to add them. */
  readonly routeTables: readonly string[];
}

/** A VPC, and where in it functions and endpoints are. */
interface Place {
  readonly vpcId: string;
  readonly subnetIds: string[];
  readonly routeTableIds: string[];
}

/** Runs functions in a VPC. Throws an error that names the setting if one of them cannot. */
export function addNetwork(stack: Stack, options: NetworkOptions, reach: Reach): void {
  const members = membersOf(stack, options, reach);
  const place = options.vpc.type === 'new' ? addVpc(stack) : toPlace(options.vpc);
  const group = new CfnSecurityGroup(stack, 'FunctionsGroup', {
    vpcId: place.vpcId,
    groupDescription: 'Functions of Streambed, which nothing connects to',
    securityGroupEgress: [{ ...https, cidrIp: '0.0.0.0/0', description: 'AWS services' }],
  });
  for (const each of members) placeInVpc(each, place, group);
  if (options.addsEndpoints) addEndpoints(stack, place, { callers: group, reach });
}

const https = { ipProtocol: 'tcp', fromPort: 443, toPort: 443 };

/** Adds two isolated subnets: nothing comes in, and what goes out ends at an endpoint. */
function addVpc(stack: Stack): Place {
  const vpc = new Vpc(stack, 'Network', {
    maxAzs: 2,
    natGateways: 0,
    subnetConfiguration: [{ name: 'Functions', subnetType: SubnetType.PRIVATE_ISOLATED }],
  });
  const logGroup = new LogGroup(stack, 'RejectedTraffic', { removalPolicy: RemovalPolicy.DESTROY });
  vpc.addFlowLog('Rejected', {
    destination: FlowLogDestination.toCloudWatchLogs(logGroup),
    trafficType: FlowLogTrafficType.REJECT,
  });
  return {
    vpcId: vpc.vpcId,
    subnetIds: vpc.isolatedSubnets.map(({ subnetId }) => subnetId),
    routeTableIds: vpc.isolatedSubnets.map(({ routeTable }) => routeTable.routeTableId),
  };
}

function toPlace({ id, subnets, routeTables }: ExistingVpc): Place {
  return { vpcId: id, subnetIds: [...subnets], routeTableIds: [...routeTables] };
}

function placeInVpc(each: StreambedFunction, { subnetIds }: Place, group: CfnSecurityGroup): void {
  const securityGroupIds = [group.attrGroupId];
  propertiesOf(each).vpcConfig = { subnetIds, securityGroupIds };
  each.role.addToPolicy(new PolicyStatement({ actions: interfaceActions, resources: ['*'] }));
  acknowledge(each.role, {
    'IAM5[Resource::*]': 'Lambda names network interfaces itself, and some actions describe all.',
  });
}

/** What Lambda does with the role of a function to connect it with a VPC. */
const interfaceActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/** Adds the endpoints of the services that functions in the VPC call, and of no others. */
function addEndpoints(stack: Stack, place: Place, { callers, reach }: EndpointUsers): void {
  const { vpcId, subnetIds, routeTableIds } = place;
  const group = new CfnSecurityGroup(stack, 'EndpointsGroup', {
    vpcId,
    groupDescription: 'Endpoints of AWS services for the functions of Streambed',
    securityGroupIngress: [{ ...https, sourceSecurityGroupId: callers.attrGroupId }],
  });
  for (const [id, service] of gateways) {
    new CfnVPCEndpoint(stack, id, {
      vpcId,
      serviceName: serviceName(service),
      vpcEndpointType: 'Gateway',
      routeTableIds,
    });
  }
  for (const [id, service] of [...interfaces, ...(reach.agentCore ? [agentCore] : [])]) {
    new CfnVPCEndpoint(stack, id, {
      vpcId,
      serviceName: serviceName(service),
      vpcEndpointType: 'Interface',
      privateDnsEnabled: true,
      subnetIds,
      securityGroupIds: [group.attrGroupId],
    });
  }
}

function serviceName(service: string): string {
  return `com.amazonaws.${Aws.REGION}.${service}`;
}

interface EndpointUsers {
  readonly callers: CfnSecurityGroup;
  readonly reach: Reach;
}

const gateways = [
  ['TablesEndpoint', 'dynamodb'],
  ['FilesEndpoint', 's3'],
] as const;

/** Lambda sends logs and reads queues outside of the VPC, and roles need no call to STS. */
const interfaces = [
  ['ModelsEndpoint', 'bedrock-runtime'],
  ['KnowledgeEndpoint', 'bedrock-agent-runtime'],
  ['QueuesEndpoint', 'sqs'],
  ['WorkflowsEndpoint', 'states'],
] as const;

const agentCore = ['AgentsEndpoint', 'bedrock-agentcore'] as const;
