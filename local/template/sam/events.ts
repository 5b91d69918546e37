import { plainText, type SamTemplate } from '#local/template/sam/sam-template.ts';
import { record, type Json } from '#local/template/json.ts';

/** The function or state machine that events start. */
export interface EventTarget {
  readonly id: string;
  readonly kind: 'function' | 'state-machine';
  readonly Condition: unknown;
}

/** Adds the CloudFormation resources for the events of a function or a state machine. */
export function addEvents(target: EventTarget, events: Json, sam: SamTemplate): void {
  for (const [name, event] of Object.entries(events)) {
    const { Type, Properties } = record(event);
    addEvent(target, { name, type: String(Type), properties: record(Properties) }, sam);
  }
}

interface SamEvent {
  readonly name: string;
  readonly type: string;
  readonly properties: Json;
}

function addEvent(target: EventTarget, event: SamEvent, sam: SamTemplate): void {
  const { id, kind, Condition } = target;
  const { name, type, properties } = event;
  const add = (Type: string, values: Json): void =>
    sam.add(`${id}${name}`, { Type, Properties: values, Condition });
  if (type === 'Schedule') {
    return addRule(target, event, { ScheduleExpression: properties['Schedule'] }, sam);
  }
  if (type === 'CloudWatchEvent' || type === 'EventBridgeRule') {
    const { Pattern, Schedule, ScheduleExpression = Schedule, RuleName } = properties;
    const trigger = { Name: RuleName, EventPattern: Pattern, ScheduleExpression };
    return addRule(target, event, trigger, sam);
  }
  if (type === 'ScheduleV2') {
    const Target = { Arn: arnOf(target), ...pick(properties, inputNames) };
    const State = stateOf(properties);
    return add('AWS::Scheduler::Schedule', { ...pick(properties, scheduleNames), State, Target });
  }
  if (kind === 'function') {
    if (type === 'Api') return addRoute(id, 'ServerlessRestApi', properties['RestApiId']);
    if (type === 'HttpApi') return addRoute(id, 'ServerlessHttpApi', properties['ApiId']);
    if (type === 'SQS' || type === 'DynamoDB') {
      const { Queue, Stream, ...others } = properties;
      return add('AWS::Lambda::EventSourceMapping', {
        ...others,
        EventSourceArn: type === 'SQS' ? Queue : Stream,
        FunctionName: { Ref: id },
      });
    }
    if (type === 'S3') return addBucketEvents(id, properties, sam);
    if (type === 'SNS') return addTopicEvents(target, event, sam);
  }
  sam.warn(`${id}: its event ${name} of type ${type} is not hosted here`);

  function addRoute(functionId: string, implicit: string, api: unknown): void {
    const apiId =
      api === undefined ? implicit : plainText(`${id}.Events.${name}`, record(api)['Ref'] ?? api);
    sam.addRoute(apiId, { functionId, properties });
  }
}

function arnOf({ id, kind }: EventTarget): Json {
  return kind === 'function' ? { 'Fn::GetAtt': [id, 'Arn'] } : { Ref: id };
}

function addRule(
  target: EventTarget,
  { name, properties }: SamEvent,
  trigger: Json,
  sam: SamTemplate,
): void {
  const Id = `${target.id}${name}`;
  const { Condition } = target;
  const deadLetters = addDeadLetters(`${Id}Queue`, properties, (queueId) =>
    sam.add(queueId, { Type: 'AWS::SQS::Queue', Properties: {}, Condition }),
  );
  const Properties = {
    ...pick(properties, ['Name', 'Description', 'EventBusName']),
    ...trigger,
    State: stateOf(properties),
    Targets: [
      {
        Id,
        Arn: arnOf(target),
        ...pick(properties, [...inputNames, 'RetryPolicy']),
        ...deadLetters,
      },
    ],
  };
  sam.add(Id, { Type: 'AWS::Events::Rule', Properties, Condition });
}

/** Returns where dead letters go. SAM makes their queue if the event names only its type. */
function addDeadLetters(
  defaultId: string,
  properties: Json,
  addQueue: (queueId: string) => void,
): Json {
  const { Arn, Type, QueueLogicalId = defaultId } = record(properties['DeadLetterConfig']);
  if (Arn !== undefined) return { DeadLetterConfig: { Arn } };
  if (Type !== 'SQS') return {};
  const queueId = String(QueueLogicalId);
  addQueue(queueId);
  return { DeadLetterConfig: { Arn: { 'Fn::GetAtt': [queueId, 'Arn'] } } };
}

/** What a target receives in place of the event. */
const inputNames = ['Input', 'InputPath', 'InputTransformer'];

/** Properties of a schedule with the same name in SAM and CloudFormation. */
const scheduleNames = [
  'Description',
  'EndDate',
  'FlexibleTimeWindow',
  'GroupName',
  'Name',
  'ScheduleExpression',
  'ScheduleExpressionTimezone',
  'StartDate',
];

function pick(properties: Json, names: readonly string[]): Json {
  return Object.fromEntries(
    names.filter((name) => name in properties).map((name) => [name, properties[name]]),
  );
}

function stateOf({ State, Enabled }: Json): unknown {
  return String(Enabled) === 'false' ? 'DISABLED' : (State ?? 'ENABLED');
}

/** A function gets the messages of a topic at once, or with `SqsSubscription` by a queue. */
function addTopicEvents(
  { id, Condition }: EventTarget,
  { name, properties }: SamEvent,
  sam: SamTemplate,
): void {
  const { Topic, SqsSubscription = false } = properties;
  const own = pick(properties, ['FilterPolicy', 'FilterPolicyScope', 'RedrivePolicy']);
  const subscribe = (Protocol: string, Endpoint: unknown): void => {
    const Properties = { ...own, TopicArn: Topic, Protocol, Endpoint };
    sam.add(`${id}${name}`, { Type: 'AWS::SNS::Subscription', Properties, Condition });
  };
  if (String(SqsSubscription) === 'false')
    return subscribe('lambda', { 'Fn::GetAtt': [id, 'Arn'] });
  const { QueueArn, BatchSize = 10, Enabled = true } = record(SqsSubscription);
  const queueId = `${id}${name}Queue`;
  const EventSourceArn = QueueArn ?? { 'Fn::GetAtt': [queueId, 'Arn'] };
  if (QueueArn === undefined) {
    sam.add(queueId, { Type: 'AWS::SQS::Queue', Properties: {}, Condition });
  }
  subscribe('sqs', EventSourceArn);
  sam.add(`${id}${name}EventSourceMapping`, {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: { EventSourceArn, FunctionName: { Ref: id }, BatchSize, Enabled },
    Condition,
  });
}

function addBucketEvents(functionId: string, properties: Json, sam: SamTemplate): void {
  const { Bucket, Events, Filter } = properties;
  const Function = { 'Fn::GetAtt': [functionId, 'Arn'] };
  const configurations = [Events].flat().map((Event) => ({ Event, Function, Filter }));
  sam.change(plainText(`${functionId}.Events.Bucket`, record(Bucket)['Ref']), (bucket) => {
    const notifications = record(bucket['NotificationConfiguration']);
    const existing = [notifications['LambdaConfigurations'] ?? []].flat();
    return {
      ...bucket,
      NotificationConfiguration: {
        ...notifications,
        LambdaConfigurations: [...existing, ...configurations],
      },
    };
  });
}
