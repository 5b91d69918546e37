/** An action of a service that an HTTP API calls by its parameters. */
export interface Subtype {
  /** The service as it is named in addresses. */
  readonly service: string;
  readonly action: string;
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

/** What every subtype accepts. */
const common = ['Region'];

function subtype(name: string, required: string, optional = ''): readonly [string, Subtype] {
  const [product = '', action = ''] = name.split('-');
  const optionals = optional.split(' ').filter(Boolean);
  return [
    name,
    {
      action,
      service: services[product] ?? product.toLowerCase(),
      required: required.split(' '),
      optional: [...optionals, ...common],
    },
  ];
}

const services: Readonly<Record<string, string>> = {
  EventBridge: 'events',
  StepFunctions: 'states',
};

/** The subtypes of integrations (developer guide, "Integration subtype reference"). */
export const subtypes: ReadonlyMap<string, Subtype> = new Map([
  subtype(
    'AppConfig-GetConfiguration',
    'Application Environment Configuration ClientId',
    'ClientConfigurationVersion',
  ),
  subtype(
    'EventBridge-PutEvents',
    'Detail DetailType Source',
    'Time EventBusName Resources TraceHeader',
  ),
  subtype(
    'Kinesis-PutRecord',
    'StreamName Data PartitionKey',
    'SequenceNumberForOrdering ExplicitHashKey',
  ),
  subtype('SQS-DeleteMessage', 'QueueUrl ReceiptHandle'),
  subtype('SQS-PurgeQueue', 'QueueUrl'),
  subtype(
    'SQS-ReceiveMessage',
    'QueueUrl',
    'AttributeNames MaxNumberOfMessages MessageAttributeNames ReceiveRequestAttemptId VisibilityTimeout WaitTimeSeconds',
  ),
  subtype(
    'SQS-SendMessage',
    'QueueUrl MessageBody',
    'DelaySeconds MessageAttributes MessageDeduplicationId MessageGroupId MessageSystemAttributes',
  ),
  subtype('StepFunctions-StartExecution', 'StateMachineArn', 'Name Input TraceHeader'),
  subtype('StepFunctions-StartSyncExecution', 'StateMachineArn', 'Name Input TraceHeader'),
  subtype('StepFunctions-StopExecution', 'ExecutionArn', 'Cause Error'),
]);
