import sdk from '#local/step-functions/validation/states/sdk-actions.json' with { type: 'json' };

/** An optimized integration: an action of a service that Step Functions calls in its own way. */
export interface Integration {
  /** What may follow its ARN, in addition to nothing. */
  readonly suffixes: readonly string[];
  readonly required: readonly string[];
  /** All its parameters, if they are known. */
  readonly parameters?: readonly string[] | undefined;
}

const job = ['.sync'];
const token = ['.waitForTaskToken'];

/** The actions of each service by what can be waited for (developer guide, "Optimized integrations"). */
const actions: readonly (readonly [service: string, names: string, suffixes: readonly string[]])[] =
  [
    ['apigateway', 'invoke', token],
    ['athena', 'startQueryExecution', job],
    ['athena', 'stopQueryExecution getQueryExecution getQueryResults', []],
    ['batch', 'submitJob', job],
    ['bedrock', 'invokeModel', []],
    ['bedrock', 'createModelCustomizationJob', job],
    ['codebuild', 'startBuild startBuildBatch retryBuildBatch', job],
    ['codebuild', 'stopBuild stopBuildBatch batchDeleteBuilds deleteBuildBatch', []],
    ['codebuild', 'batchGetReports', []],
    ['databrew', 'startJobRun', job],
    ['dynamodb', 'getItem putItem updateItem deleteItem', []],
    ['ecs', 'runTask', [...job, ...token]],
    ['eks', 'createCluster deleteCluster createNodegroup deleteNodegroup', job],
    ['eks', 'createFargateProfile deleteFargateProfile runJob', job],
    ['eks', 'call', []],
    ['elasticmapreduce', 'createCluster terminateCluster addStep', job],
    ['elasticmapreduce', 'setClusterTerminationProtection cancelStep', []],
    ['elasticmapreduce', 'modifyInstanceFleetByName modifyInstanceGroupByName', []],
    ['emr-containers', 'deleteVirtualCluster startJobRun', job],
    ['emr-containers', 'createVirtualCluster', []],
    ['emr-serverless', 'createApplication startApplication stopApplication', job],
    ['emr-serverless', 'deleteApplication startJobRun cancelJobRun', job],
    ['events', 'putEvents', token],
    ['glue', 'startJobRun', job],
    ['http', 'invoke', []],
    ['lambda', 'invoke', token],
    ['mediaconvert', 'createJob', job],
    ['sagemaker', 'createHyperParameterTuningJob createLabelingJob createProcessingJob', job],
    ['sagemaker', 'createTrainingJob createTransformJob', job],
    ['sagemaker', 'createEndpoint createEndpointConfig createModel updateEndpoint', []],
    ['sns', 'publish', token],
    ['sqs', 'sendMessage', token],
    ['states', 'startExecution', [...job, '.sync:2', ...token]],
  ];

const required: Readonly<Record<string, readonly string[]>> = {
  'bedrock:invokeModel': ['ModelId'],
  'dynamodb:deleteItem': ['TableName', 'Key'],
  'dynamodb:getItem': ['TableName', 'Key'],
  'dynamodb:putItem': ['TableName', 'Item'],
  'dynamodb:updateItem': ['TableName', 'Key'],
  'ecs:runTask': ['TaskDefinition'],
  'events:putEvents': ['Entries'],
  'glue:startJobRun': ['JobName'],
  'lambda:invoke': ['FunctionName'],
  'sns:publish': ['Message'],
  'sqs:sendMessage': ['QueueUrl', 'MessageBody'],
  'states:startExecution': ['StateMachineArn'],
};

const write =
  'ConditionExpression ConditionalOperator Expected ExpressionAttributeNames ExpressionAttributeValues ReturnConsumedCapacity ReturnItemCollectionMetrics ReturnValues ReturnValuesOnConditionCheckFailure TableName';

const parameters: Readonly<Record<string, string>> = {
  'dynamodb:deleteItem': `Key ${write}`,
  'dynamodb:getItem':
    'AttributesToGet ConsistentRead ExpressionAttributeNames Key ProjectionExpression ReturnConsumedCapacity TableName',
  'dynamodb:putItem': `Item ${write}`,
  'dynamodb:updateItem': `AttributeUpdates Key UpdateExpression ${write}`,
  'lambda:invoke': 'ClientContext FunctionName InvocationType Payload Qualifier',
  'sqs:sendMessage':
    'DelaySeconds MessageAttributes MessageBody MessageDeduplicationId MessageGroupId QueueUrl',
  'states:startExecution': 'Input Name StateMachineArn TraceHeader',
};

/** The optimized integrations, by service and action. */
export const integrations: ReadonlyMap<string, Integration> = new Map(
  actions.flatMap(([service, names, suffixes]) =>
    names.split(' ').map((action): readonly [string, Integration] => {
      const key = `${service}:${action}`;
      const all = parameters[key]?.split(' ');
      return [key, { suffixes, required: required[key] ?? [], parameters: all }];
    }),
  ),
);

const services: ReadonlySet<string> = new Set(sdk.services);
const knownActions: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(sdk.actions));

/** Returns whether the AWS SDK has a client for the service. */
export function isSdkService(service: string): boolean {
  return services.has(service);
}

/** Returns whether the AWS SDK has the action. Of services that are not hosted, any will do. */
export function isSdkAction(service: string, action: string): boolean {
  if (!isSdkService(service)) return false;
  return knownActions.get(service)?.includes(action) ?? /^[a-z]\w*$/u.test(action);
}
