import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { failed, readAnswer, type Answer } from '#local/cloudformation/custom-resources/answer.ts';
import type { ResponseEndpoint } from '#local/cloudformation/custom-resources/response-endpoint.ts';
import type { CallResult } from '#local/lambda/functions.ts';
import type { Json } from '#local/template/json.ts';

/** A request for a custom resource. */
export interface ResourceRequest {
  readonly type: 'Create' | 'Update' | 'Delete';
  readonly stackId: string;
  readonly logicalId: string;
  readonly resourceType: string;
  readonly serviceToken: string;
  readonly properties: Json;
  /** Absent before the resource is created. */
  readonly physicalId?: string;
  /** The properties before an update. */
  readonly oldProperties?: Json;
}

/** What requests are sent with. */
export interface Requester {
  readonly endpoint: ResponseEndpoint;
  call(functionArn: string, event: unknown): Promise<CallResult>;
  /** Whether something runs that could still send an answer. */
  isBusy(): boolean;
}

/** CloudFormation waits for an hour, unless the resource has a ServiceTimeout. */
const defaultTimeoutSeconds = 3600;

/** Sends a request to the function of a custom resource and waits for the answer. */
export async function sendRequest(requester: Requester, request: ResourceRequest): Promise<Answer> {
  const requestId = randomUUID();
  const ids = {
    StackId: request.stackId,
    RequestId: requestId,
    LogicalResourceId: request.logicalId,
  };
  const { url, body } = requester.endpoint.expect(Object.values(ids).join('|'));
  const event = {
    RequestType: request.type,
    ServiceToken: request.serviceToken,
    ResponseURL: url,
    ...ids,
    ResourceType: request.resourceType,
    ...(request.physicalId === undefined ? {} : { PhysicalResourceId: request.physicalId }),
    ResourceProperties: request.properties,
    ...(request.oldProperties === undefined
      ? {}
      : { OldResourceProperties: request.oldProperties }),
  };
  const ended = new AbortController();
  try {
    return await Promise.race([
      body.then((text) => readAnswer(text, ids)),
      failureOf(requester, request, { event, signal: ended.signal }),
      timeout(request.properties, ended.signal),
    ]);
  } finally {
    ended.abort();
  }
}

interface Sent {
  readonly event: unknown;
  readonly signal: AbortSignal;
}

/** Resolves if no answer can arrive any more. AWS would wait until the timeout. */
async function failureOf(
  { call, isBusy }: Requester,
  { serviceToken }: ResourceRequest,
  { event, signal }: Sent,
): Promise<Answer> {
  const result = await call(serviceToken, event);
  if (result.type !== 'result') {
    const reason =
      result.type === 'error'
        ? `ended with ${result.error.errorType}: ${result.error.errorMessage}`
        : `could not be called (${result.type})`;
    // An answer that was sent before the error is still on its way.
    await delay(settleMs, undefined, { signal }).catch(() => undefined);
    return failed(`Its function ${reason}`);
  }
  let idleChecks = 0;
  while (idleChecks < maxIdleChecks && !signal.aborted) {
    await delay(settleMs, undefined, { signal }).catch(() => undefined);
    idleChecks = isBusy() ? 0 : idleChecks + 1;
  }
  return failed('Its function ended without an answer, and nothing runs that could send one');
}

const settleMs = 250;

/** What a function has started may begin a little later. */
const maxIdleChecks = 20;

async function timeout({ ServiceTimeout }: Json, signal: AbortSignal): Promise<Answer> {
  const seconds = Number(ServiceTimeout ?? defaultTimeoutSeconds);
  await delay(seconds * 1000, undefined, { signal }).catch(() => undefined);
  return failed(
    `CloudFormation did not receive a response from your Custom Resource within ${seconds} seconds`,
  );
}
