import {
  anything,
  asText,
  isRecord,
  oneOf,
  readShape,
  string,
  structure,
} from '#local/wire/shape.ts';
import { describeProblems } from '#local/wire/describe-problems.ts';
import type { Json } from '#local/template/json.ts';

/** What CloudFormation makes of the answer to a request for a custom resource. */
export type Answer =
  | { readonly type: 'success'; readonly physicalId: string; readonly data: Json }
  | { readonly type: 'failed'; readonly reason: string };

/** The members of a request that its answer repeats. */
export interface RequestIds {
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
}

/** CloudFormation's limit for an answer. */
const maxAnswerBytes = 4096;

const answerShape = structure(
  { Status: oneOf('SUCCESS', 'FAILED') },
  {
    Reason: anything,
    PhysicalResourceId: string(),
    StackId: string(),
    RequestId: string(),
    LogicalResourceId: string(),
    Data: anything,
  },
);

/** Reads the body that a function has put to its ResponseURL. A malformed one is a failure. */
export function readAnswer(body: string, ids: RequestIds): Answer {
  if (Buffer.byteLength(body) > maxAnswerBytes) return failed('Response object is too long.');
  let answer;
  try {
    answer = readShape(answerShape, JSON.parse(body), (problems) => {
      return new Error(describeProblems('answer', problems));
    });
  } catch (error) {
    return failed(`Invalid response object: ${error instanceof Error ? error.message : ''}`);
  }
  const wrong = (['StackId', 'RequestId', 'LogicalResourceId'] as const).find(
    (name) => answer[name] !== ids[name],
  );
  if (wrong !== undefined) return failed(`Invalid response object: ${wrong} is not the request's`);
  if (answer.Status === 'FAILED') {
    const message = `Message returned: ${asText(answer.Reason) ?? ''}`;
    const requestId = `(RequestId: ${ids.RequestId})`;
    return failed(
      `Received response status [FAILED] from custom resource. ${message} ${requestId}`,
    );
  }
  const { PhysicalResourceId: physicalId = '', Data } = answer;
  const data = Data ?? {};
  if (!isRecord(data)) return failed('Invalid response object: answer.Data must be an object');
  if (physicalId === '' || physicalId.length > 1024) return failed('Invalid PhysicalResourceId');
  return { type: 'success', physicalId, data };
}

/** Returns the answer for a request that did not succeed. */
export function failed(reason: string): Answer {
  return { type: 'failed', reason };
}
