import { Match } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { allOptions, stackWith, synthesize, type Context } from '#test/fixtures/synthesized.ts';

const full = synthesize(allOptions);

const existing = {
  vpc: 'vpc-0123456789abcdef0',
  vpcSubnets: 'subnet-0123456789abcdef0,subnet-0123456789abcdef1',
};

const membersOf = (template: typeof full): readonly string[] =>
  Object.entries(template.findResources('AWS::Lambda::Function'))
    .filter(([, { Properties }]) => Properties.VpcConfig !== undefined)
    .map(([id]) => id)
    .toSorted();

test('what answers in one piece or works on queues is in the VPC, unless it needs the internet', () => {
  expect(membersOf(full)).toEqual([
    'ChatBufferedFunction',
    'CombineResultsFunction',
    'DataFunction',
    'DataWorkerFunction',
    'DocumentsFunction',
    'ExtractTextFunction',
    'KnowledgeFunction',
    'OpenApiFunction',
    'TaskWorkerFunction',
    'TasksFunction',
    'UploadWorkerFunction',
  ]);
});

test('no function with a URL that streams is in the VPC', () => {
  const streaming = Object.values(full.findResources('AWS::Lambda::Url'))
    .filter(({ Properties }) => Properties.InvokeMode === 'RESPONSE_STREAM')
    .map(({ Properties }) => Properties.TargetFunctionArn['Fn::GetAtt'][0]);
  expect(streaming).toContain('ChatFunction');
  expect(membersOf(full).filter((id) => streaming.includes(id))).toEqual([]);
});

test('a new VPC has no way to the internet, and endpoints for what its functions call', () => {
  const types = Object.values(full.toJSON()['Resources']).map((each) =>
    String(Object(each)['Type']),
  );
  const ways = /NatGateway|InternetGateway|::Route$|EIP/u;
  expect(types.filter((type) => ways.test(type))).toEqual([]);
  const endpoints = Object.values(full.findResources('AWS::EC2::VPCEndpoint'));
  const service = ({ Properties }: (typeof endpoints)[number]): string =>
    `${Properties.VpcEndpointType} ${Properties.ServiceName['Fn::Join'][1].at(-1)}`;
  expect(endpoints.map(service).toSorted()).toEqual([
    'Gateway .dynamodb',
    'Gateway .s3',
    'Interface .bedrock-agent-runtime',
    'Interface .bedrock-agentcore',
    'Interface .bedrock-runtime',
    'Interface .sqs',
    'Interface .states',
  ]);
  full.hasResourceProperties('AWS::EC2::SecurityGroup', {
    SecurityGroupIngress: [
      Match.objectLike({
        FromPort: 443,
        SourceSecurityGroupId: { 'Fn::GetAtt': ['FunctionsGroup', 'GroupId'] },
      }),
    ],
  });
});

test('functions can be in a VPC that exists, which may have endpoints already', () => {
  const template = synthesize({ ...existing, vpcFunctions: 'TaskWorkerFunction' });
  expect(membersOf(template)).toEqual(['TaskWorkerFunction']);
  template.hasResourceProperties('AWS::Lambda::Function', {
    VpcConfig: { SubnetIds: existing.vpcSubnets.split(',') },
  });
  expect(template.findResources('AWS::EC2::VPC')).toEqual({});
  expect(template.findResources('AWS::EC2::VPCEndpoint')).toEqual({});
});

test('endpoints in a VPC that exists are added on request', () => {
  const vpcRouteTables = 'rtb-0123456789abcdef0';
  const template = synthesize({ ...existing, vpcEndpoints: 'true', vpcRouteTables });
  template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
    VpcId: existing.vpc,
    VpcEndpointType: 'Gateway',
    RouteTableIds: [vpcRouteTables],
  });
  template.resourceCountIs('AWS::EC2::VPCEndpoint', 6);
});

test.each(['ChatFunction', 'ConversationStreamFunction', 'InvokeFunction', 'LangChainFunction'])(
  'the synthesis stops if %s is to be in a VPC, and says why',
  (name) => {
    const reason = 'because it streams through a Function URL, and a Function URL does not stream';
    for (const place of [{ vpc: 'new' }, existing]) {
      expect(() => stackWith({ ...place, vpcFunctions: `TasksFunction,${name}` })).toThrow(
        `vpcFunctions: ${name} cannot run in a VPC, ${reason} from inside a VPC`,
      );
    }
  },
);

test.each([
  ['AuthorizerFunction', 'reads the public keys of issuers'],
  ['ConversationsFunction', 'reads the public keys of issuers'],
  ['CallbackWorkerFunction', "sends callbacks to callers' servers"],
])('%s can be in a VPC only if that has a way to the internet', (name, reason) => {
  expect(() => stackWith({ vpc: 'new', vpcFunctions: name })).toThrow(reason);
  expect(() => stackWith({ ...existing, vpcFunctions: name })).not.toThrow();
});

test('MCP servers are on the internet, so what calls them stays outside', () => {
  const mcp = { vpc: 'new', mcpServers: 'wiki=https://mcp.example.com/mcp' };
  expect(membersOf(synthesize(mcp))).not.toContain('TaskWorkerFunction');
  const asked = { ...mcp, vpcFunctions: 'TaskWorkerFunction' };
  expect(() => stackWith(asked)).toThrow('because it calls the MCP servers');
});

test.each<readonly [string, Context]>([
  ['vpc: must be new or like vpc-0abc', { vpc: 'default' }],
  ['vpcSubnets: must be a list of ids like subnet-0abc', { vpc: existing.vpc }],
  ['vpcSubnets: must be a list of ids', { ...existing, vpcSubnets: 'subnet-1' }],
  ['vpcRouteTables: must be a list of ids like rtb-0abc', { ...existing, vpcEndpoints: 'true' }],
  ['vpcRouteTables: has an effect only with', { ...existing, vpcRouteTables: 'rtb-0123456789ab' }],
  ['vpcEndpoints: must be true or false', { ...existing, vpcEndpoints: 'yes' }],
  ['vpcFunctions: there is no function Nothing', { vpc: 'new', vpcFunctions: 'Nothing' }],
  ['vpcFunctions: has an effect only with vpc=new', { vpcFunctions: 'TasksFunction' }],
  ['vpcSubnets: has an effect only with the id of', { vpc: 'new', vpcSubnets: 'subnet-01234567' }],
])('the synthesis stops: %s', (message, context) => {
  expect(() => stackWith(context)).toThrow(message);
});
