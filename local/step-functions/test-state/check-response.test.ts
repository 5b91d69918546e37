import { expect, test } from 'vitest';
import { readTestedState } from '#local/step-functions/test-state/read-tested-state.ts';
import {
  findMismatch,
  type FieldValidationMode,
} from '#local/step-functions/test-state/check-response.ts';

function mismatch(resource: string, result: unknown, mode: FieldValidationMode = 'STRICT') {
  const state = readTestedState(
    JSON.stringify({
      QueryLanguage: 'JSONata',
      Type: 'Task',
      Resource: `arn:aws:states:::${resource}`,
      Arguments: '{% $states.input %}',
      End: true,
    }),
  );
  return state.type === 'Task' ? findMismatch(state, result, mode) : 'no Task';
}

test.each<[string, unknown, string]>([
  ['events:putEvents', { Entries: 'one' }, "Field 'Entries' must be an array"],
  ['events:putEvents', { Entries: [{ EventId: [1] }] }, "Field 'EventId' must be a string"],
  [
    'events:putEvents',
    { Entries: [{ EventId: 'a' }, { EventId: ['b'] }] },
    "Field 'EventId' must be a string",
  ],
  [
    'states:startExecution',
    { ExecutionArn: 'a', StartDate: true },
    "Field 'StartDate' must be a string",
  ],
  [
    'states:startExecution',
    { ExecutionArn: 1, StartDate: 2 },
    "Field 'ExecutionArn' must be a string",
  ],
  ['lambda:invoke', { StatusCode: '200' }, "Field 'StatusCode' must be a number"],
  ['lambda:invoke', { Payload: { a: 1 } }, "Field 'Payload' must be a string"],
  [
    'dynamodb:putItem',
    { ConsumedCapacity: { CapacityUnits: '1.5' } },
    "Field 'CapacityUnits' must be a number",
  ],
  ['aws-sdk:s3:getObject', { ContentLength: '9' }, "Field 'ContentLength' must be a number"],
  [
    'aws-sdk:s3:getObject',
    { StorageClass: 'Stone' },
    "Field 'StorageClass' is not an expected value",
  ],
  ['aws-sdk:kms:encrypt', { CiphertextBlob: 1 }, "Field 'CiphertextBlob' must be a string"],
  [
    'aws-sdk:kms:encrypt',
    { CiphertextBlob: '' },
    "Field 'CiphertextBlob' is smaller than the minimum length",
  ],
  [
    'aws-sdk:lambda:getFunction',
    { Configuration: { MemorySize: 127 } },
    "Field 'MemorySize' is less than the minimum value",
  ],
  [
    'aws-sdk:lambda:getFunction',
    { Configuration: { MemorySize: 10_241 } },
    "Field 'MemorySize' exceeds the maximum value",
  ],
])('%s does not return %j', (resource, result, right) => {
  expect(mismatch(resource, result)).toBe(right);
  expect(mismatch(resource, result, 'PRESENT')).toBe(right);
  expect(mismatch(resource, result, 'NONE')).toBeUndefined();
});

test('only a strict comparison requires members, by the names of Step Functions', () => {
  const missing = "Required field 'ExecutionArn' is missing";
  for (const result of [{}, { executionArn: 'a', startDate: 'b' }]) {
    expect(mismatch('states:startExecution', result)).toBe(missing);
    expect(mismatch('states:startExecution.sync:2', result)).toBe(missing);
    expect(mismatch('states:startExecution', result, 'PRESENT')).toBeUndefined();
  }
});

test.each([
  ['events:putEvents', {}],
  ['events:putEvents', { random: 'json' }],
  ['sqs:sendMessage', { MD5OfMessageBody: { any: [] }, MessageId: 'a' }],
  ['sqs:sendMessage.waitForTaskToken', { MessageId: 1 }],
  ['states:startExecution', { ExecutionArn: 'a', StartDate: '2026-01-01T00:00:00' }],
  ['dynamodb:putItem', { SdkHttpMetadata: { HttpStatusCode: 200 } }],
])('%s may return %j', (resource, result) => {
  expect(mismatch(resource, result)).toBeUndefined();
});
