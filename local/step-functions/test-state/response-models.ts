/** What the API of a service says of a value in its response. */
export type ResponseShape =
  | { readonly type: 'string'; readonly min?: number; readonly values?: readonly string[] }
  | { readonly type: 'number'; readonly min?: number; readonly max?: number }
  | { readonly type: 'boolean' }
  | { readonly type: 'array'; readonly items: ResponseShape }
  | ObjectShape;

/** An object with the members that its API knows, which it may have or must have. */
export interface ObjectShape {
  readonly type: 'object';
  readonly members: Readonly<Record<string, ResponseShape>>;
  readonly required?: readonly string[];
}

const string: ResponseShape = { type: 'string' };
const number: ResponseShape = { type: 'number' };
const boolean: ResponseShape = { type: 'boolean' };
const map: ResponseShape = { type: 'object', members: {} };
const array = (items: ResponseShape): ResponseShape => ({ type: 'array', items });

function object(members: ObjectShape['members'], required: readonly string[] = []): ObjectShape {
  return { type: 'object', members, required };
}

const capacityUnits = {
  CapacityUnits: number,
  ReadCapacityUnits: number,
  WriteCapacityUnits: number,
};
const consumedCapacity = object({
  TableName: string,
  ...capacityUnits,
  Table: object(capacityUnits),
});
const writtenItem = object({ Attributes: map, ConsumedCapacity: consumedCapacity });
const foundItems = object({
  Items: array(map),
  Count: number,
  ScannedCount: number,
  LastEvaluatedKey: map,
  ConsumedCapacity: consumedCapacity,
});

const storageClass: ResponseShape = {
  type: 'string',
  values: [
    'STANDARD',
    'REDUCED_REDUNDANCY',
    'STANDARD_IA',
    'ONEZONE_IA',
    'INTELLIGENT_TIERING',
    'GLACIER',
    'DEEP_ARCHIVE',
    'OUTPOSTS',
    'GLACIER_IR',
    'SNOW',
    'EXPRESS_ONEZONE',
    'FSX_OPENZFS',
    'FSX_ONTAP',
  ],
};
const encryption: ResponseShape = {
  type: 'string',
  values: ['AES256', 'aws:fsx', 'aws:backup', 'aws:kms', 'aws:kms:dsse'],
};
const objectHead = {
  AcceptRanges: string,
  CacheControl: string,
  ContentLength: number,
  ContentType: string,
  ETag: string,
  LastModified: string,
  Metadata: map,
  ServerSideEncryption: encryption,
  StorageClass: storageClass,
  VersionId: string,
};

const execution = {
  ExecutionArn: string,
  StartDate: string,
  StopDate: string,
  StateMachineArn: string,
  Name: string,
  Input: string,
  Output: string,
  Error: string,
  Cause: string,
  RedriveCount: number,
  Status: {
    type: 'string',
    values: ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'],
  },
} satisfies ObjectShape['members'];

const functionConfiguration = object({
  FunctionName: string,
  FunctionArn: string,
  Runtime: string,
  Role: string,
  Handler: string,
  CodeSize: number,
  Description: string,
  Timeout: { type: 'number', min: 1 },
  MemorySize: { type: 'number', min: 128, max: 10_240 },
  Version: string,
});

const invocation = object({
  StatusCode: number,
  FunctionError: string,
  LogResult: string,
  Payload: string,
  ExecutedVersion: string,
});
const startedExecution = object(
  { ExecutionArn: execution.ExecutionArn, StartDate: execution.StartDate },
  ['ExecutionArn', 'StartDate'],
);
const publishedEvents = object({
  FailedEntryCount: number,
  Entries: array(object({ EventId: string, ErrorCode: string, ErrorMessage: string })),
});
const ciphertext: ResponseShape = { type: 'string', min: 1 };

/**
 * Responses by `service:action`, with the names that Step Functions gives to their members. A name
 * such as `MD5OfMessageBody` has another case in its models, so AWS does not look at that member.
 */
export const responseModels: ReadonlyMap<string, ObjectShape> = new Map([
  ['lambda:invoke', invocation],
  [
    'lambda:getFunction',
    object({ Configuration: functionConfiguration, Code: map, Tags: map, Concurrency: map }),
  ],
  ['lambda:getFunctionConfiguration', functionConfiguration],
  ['events:putEvents', publishedEvents],
  ['eventbridge:putEvents', publishedEvents],
  ['states:startExecution', startedExecution],
  ['sfn:startExecution', startedExecution],
  [
    'sfn:describeExecution',
    object(execution, ['ExecutionArn', 'StateMachineArn', 'Status', 'StartDate']),
  ],
  ['sqs:sendMessage', object({ MessageId: string, SequenceNumber: string })],
  ['sns:publish', object({ MessageId: string, SequenceNumber: string })],
  ['dynamodb:getItem', object({ Item: map, ConsumedCapacity: consumedCapacity })],
  ['dynamodb:putItem', writtenItem],
  ['dynamodb:updateItem', writtenItem],
  ['dynamodb:deleteItem', writtenItem],
  ['dynamodb:query', foundItems],
  ['dynamodb:scan', foundItems],
  ['s3:getObject', object({ Body: string, ...objectHead })],
  ['s3:headObject', object(objectHead)],
  [
    's3:putObject',
    object({ ETag: string, ServerSideEncryption: encryption, Size: number, VersionId: string }),
  ],
  [
    's3:listObjectsV2',
    object({
      IsTruncated: boolean,
      KeyCount: number,
      MaxKeys: number,
      Name: string,
      Prefix: string,
      NextContinuationToken: string,
      Contents: array(object({ Key: string, ETag: string, Size: number, LastModified: string })),
    }),
  ],
  ['kms:encrypt', object({ CiphertextBlob: ciphertext, KeyId: { type: 'string', min: 1 } })],
  [
    'secretsmanager:getSecretValue',
    object({
      Name: { type: 'string', min: 1 },
      SecretString: string,
      VersionStages: array(string),
    }),
  ],
  [
    'ssm:getParameter',
    object({
      Parameter: object({ Name: { type: 'string', min: 1 }, Value: string, Version: number }),
    }),
  ],
]);
