import { templateLabel } from '#local/dynamodb/streams/stream.ts';
import {
  alias,
  copiedObject,
  functionUrl,
  version,
  webFunction,
  webFunctionEndpoint,
  webFunctionRevision,
} from '#local/template/identities/functions.ts';
import {
  arnOf,
  byId,
  idOf,
  named,
  nameFrom,
  shortId,
  type Identity,
  type ResourceContext,
} from '#local/template/identities/naming.ts';
import { record } from '#local/template/json.ts';
import { accountId, signInKey } from '#local/template/stack-context.ts';

/** Returns the values of a resource's references. An unknown type has a name and no attributes. */
export function identify(type: string, resource: ResourceContext): Identity {
  const identityOf = Object.hasOwn(identities, type) ? identities[type] : undefined;
  return identityOf?.(resource) ?? { ref: nameFrom(resource), attributes: {} };
}

function table(resource: ResourceContext): Identity {
  const { ref, attributes } = named('TableName', (_, name) =>
    arnOf(resource, 'dynamodb', `table/${name}`),
  )(resource);
  const StreamArn = `${String(attributes['Arn'])}/stream/${templateLabel}`;
  return { ref, attributes: { ...attributes, StreamArn } };
}

function queue(resource: ResourceContext): Identity {
  const suffix = resource.property('FifoQueue') === true ? '.fifo' : '';
  const queueName = resource.property('QueueName');
  const name = typeof queueName === 'string' ? queueName : `${nameFrom(resource)}${suffix}`;
  const url = `${resource.context.gatewayUrl}/${accountId}/${name}`;
  return {
    ref: url,
    attributes: { Arn: arnOf(resource, 'sqs', name), QueueName: name, QueueUrl: url },
  };
}

function topic(resource: ResourceContext): Identity {
  const suffix = String(resource.property('FifoTopic')) === 'true' ? '.fifo' : '';
  const own = resource.property('TopicName');
  const TopicName = typeof own === 'string' ? own : `${nameFrom(resource)}${suffix}`;
  const TopicArn = arnOf(resource, 'sns', TopicName);
  return { ref: TopicArn, attributes: { TopicArn, TopicName } };
}

function bucket(resource: ResourceContext): Identity {
  const name = nameFrom(resource, 'BucketName').toLowerCase();
  const { region } = resource.context;
  return {
    ref: name,
    attributes: {
      Arn: `arn:aws:s3:::${name}`,
      DomainName: `${name}.s3.amazonaws.com`,
      RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
      WebsiteURL: `${resource.context.gatewayUrl}/${name}`,
    },
  };
}

/** The versions of a template are published from one machine, so all have the same number. */
function machineVersion(resource: ResourceContext): Identity {
  const arn = `${String(resource.property('StateMachineArn'))}:1`;
  return { ref: arn, attributes: { Arn: arn } };
}

function machineAlias(resource: ResourceContext): Identity {
  const routes = resource.property('RoutingConfiguration');
  const first: unknown = Array.isArray(routes)
    ? routes[0]
    : resource.property('DeploymentPreference');
  const versionArn = String(record(first)['StateMachineVersionArn']);
  const arn = `${versionArn.replace(/:\d+$/u, '')}:${nameFrom(resource, 'Name')}`;
  return { ref: arn, attributes: { Arn: arn } };
}

function userPool(resource: ResourceContext): Identity {
  const { region } = resource.context;
  const id = `${region}_${idOf(resource, 9).toUpperCase()}`;
  const issuer =
    resource.context.originOf(signInKey) ?? `https://cognito-idp.${region}.amazonaws.com`;
  const attributes = {
    UserPoolId: id,
    Arn: arnOf(resource, 'cognito-idp', `userpool/${id}`),
    ProviderName: `cognito-idp.${region}.amazonaws.com/${id}`,
    ProviderURL: `${issuer}/${id}`,
  };
  return { ref: id, attributes };
}

function userPoolClient(resource: ResourceContext): Identity {
  const { ref, attributes } = byId('ClientId', 26)(resource);
  const ClientSecret = resource.context.secret(`client ${String(ref)}`);
  return { ref, attributes: { ...attributes, ClientSecret } };
}

function restApi(resource: ResourceContext): Identity {
  const id = idOf(resource);
  return { ref: id, attributes: { RestApiId: id, RootResourceId: `${id}-root` } };
}

function httpApi(resource: ResourceContext): Identity {
  const id = idOf(resource);
  const origin = resource.context.originOf(resource.key) ?? '';
  // That of a WebSocket API is not an address of HTTP. It becomes a local one where it is used.
  const isWebSocket = resource.property('ProtocolType') === 'WEBSOCKET';
  const host = `${id}.execute-api.${resource.context.region}.amazonaws.com`;
  const ApiEndpoint = isWebSocket ? `wss://${host}` : origin;
  return { ref: id, attributes: { ApiId: id, ApiEndpoint } };
}

/** A rule of another bus than the default one has the name of the bus in its ARN. */
function eventRule(resource: ResourceContext): Identity {
  const name = nameFrom(resource, 'Name');
  const bus = resource.property('EventBusName');
  const busName = typeof bus === 'string' ? bus.replace(/^arn:.*?:event-bus\//u, '') : 'default';
  const isDefault = busName === 'default';
  const Arn = arnOf(resource, 'events', isDefault ? `rule/${name}` : `rule/${busName}/${name}`);
  return { ref: isDefault ? name : `${busName}|${name}`, attributes: { Arn } };
}

/** Its value is read when it is used: it may refer to other parameters. */
function parameter(resource: ResourceContext): Identity {
  return {
    ref: nameFrom(resource, 'Name'),
    attributes: {
      get Type(): unknown {
        return resource.property('Type');
      },
      get Value(): unknown {
        return resource.property('Value');
      },
    },
  };
}

/**
 * The name is made of the logical id, as CloudFormation makes it: CDK takes it apart at its hyphens.
 * The ARN ends with six characters more than the name.
 */
function secret(resource: ResourceContext): Identity {
  const own = resource.property('Name');
  const Name = typeof own === 'string' ? own : `${resource.logicalId}-${idOf(resource, 12)}`;
  const Id = arnOf(resource, 'secretsmanager', `secret:${Name}-${shortId(Name, 6)}`);
  return { ref: Id, attributes: { Id, Arn: Id, Name } };
}

const iamArn = (kind: string) => (_: ResourceContext, name: string) =>
  `arn:aws:iam::${accountId}:${kind}/${name}`;
const serviceArn =
  (service: string, kind: string) =>
  (resource: ResourceContext, name: string): string =>
    arnOf(resource, service, `${kind}${name}`);

function logRetention(resource: ResourceContext): Identity {
  const LogGroupName = nameFrom(resource, 'LogGroupName');
  return { ref: LogGroupName, attributes: { LogGroupName } };
}

/** By resource type. The properties, references and ARN formats are CloudFormation's. */
const identities: Readonly<Record<string, (resource: ResourceContext) => Identity>> = {
  'AWS::ApiGateway::ApiKey': byId('APIKeyId'),
  'AWS::ApiGateway::Authorizer': byId('AuthorizerId', 6),
  'AWS::ApiGateway::Deployment': byId('DeploymentId', 6),
  'AWS::ApiGateway::Model': named('Name', (_, name) => name),
  'AWS::ApiGateway::RequestValidator': byId('RequestValidatorId', 6),
  'AWS::ApiGateway::Resource': byId('ResourceId', 6),
  'AWS::ApiGateway::RestApi': restApi,
  'AWS::ApiGateway::Stage': named('StageName', (_, name) => name),
  'AWS::ApiGateway::UsagePlan': byId('Id', 6),
  'AWS::ApiGatewayV2::Api': httpApi,
  'AWS::ApiGatewayV2::Authorizer': byId('AuthorizerId', 6),
  'AWS::ApiGatewayV2::Integration': byId('IntegrationId', 7),
  'AWS::ApiGatewayV2::Route': byId('RouteId', 7),
  'AWS::ApiGatewayV2::Stage': named('StageName', (_, name) => name),
  'AWS::Cognito::UserPool': userPool,
  'AWS::Cognito::UserPoolClient': userPoolClient,
  'AWS::Cognito::UserPoolDomain': named('Domain', (_, name) => name),
  'AWS::DynamoDB::GlobalTable': table,
  'AWS::DynamoDB::Table': table,
  'AWS::Events::EventBus': named('Name', serviceArn('events', 'event-bus/')),
  'AWS::Events::Rule': eventRule,
  'AWS::IAM::ManagedPolicy': named('ManagedPolicyName', iamArn('policy'), 'arn'),
  'AWS::IAM::Role': named('RoleName', iamArn('role')),
  'AWS::KMS::Key': named('KeyId', serviceArn('kms', 'key/')),
  'AWS::Lambda::Alias': alias,
  'AWS::Lambda::EventSourceMapping': byId('Id', 12),
  'AWS::Lambda::Function': named('FunctionName', serviceArn('lambda', 'function:')),
  'AWS::Lambda::LayerVersion': (resource) => {
    const arn = arnOf(resource, 'lambda', `layer:${nameFrom(resource, 'LayerName')}:1`);
    return { ref: arn, attributes: { LayerVersionArn: arn } };
  },
  'AWS::Lambda::Url': functionUrl,
  'AWS::Lambda::Version': version,
  'AWS::Lambda::WebFunction': webFunction,
  'AWS::Lambda::WebFunctionEndpoint': webFunctionEndpoint,
  'AWS::Lambda::WebFunctionRevision': webFunctionRevision,
  'AWS::Logs::LogGroup': named(
    'LogGroupName',
    (resource, name) => `${arnOf(resource, 'logs', `log-group:${name}`)}:*`,
  ),
  'AWS::S3::Bucket': bucket,
  'AWS::SNS::Topic': topic,
  'AWS::SQS::Queue': queue,
  'AWS::Scheduler::Schedule': named('Name', serviceArn('scheduler', 'schedule/default/')),
  'AWS::SSM::Parameter': parameter,
  'AWS::SecretsManager::Secret': secret,
  'AWS::StepFunctions::StateMachine': named(
    'StateMachineName',
    serviceArn('states', 'stateMachine:'),
    'arn',
  ),
  'AWS::StepFunctions::StateMachineAlias': machineAlias,
  'AWS::StepFunctions::StateMachineVersion': machineVersion,
  'Custom::LogRetention': logRetention,
  'Custom::S3ObjectCopy': copiedObject,
};
