import type { AwsRequest, AwsResponse, Engine } from '#local/wire/aws-exchange.ts';
import { decodeChunks } from '#local/wire/aws-chunked.ts';
import { BedrockError, invalid } from '#local/bedrock/server/bedrock-error.ts';
import { answerControl } from '#local/bedrock/server/control.ts';
import { identify, type IdentityPolicy } from '#local/bedrock/server/identity.ts';
import type { Identity } from '#local/bedrock/server/journal.ts';
import type { BedrockOperation } from '#local/bedrock/api/operation.ts';
import { awsErrors, errorsOf, withRequestId } from '#local/bedrock/api/api-errors.ts';
import type { ErrorFormat } from '#local/bedrock/api/error-format.ts';
import { operations } from '#local/bedrock/api/operations.ts';
import { failWithoutTurn } from '#local/bedrock/scenarios/select-scenario.ts';
import type { JournalNote, BedrockContext } from '#local/bedrock/server/call-context.ts';
import { isDecodable } from '#local/wire/read-body.ts';

/** Returns the engine that answers every operation of the local Bedrock and keeps its journal. */
export function createEngine(context: BedrockContext, policy: IdentityPolicy): Engine {
  return async (request, awsResponse) => {
    if (request.url.startsWith('/_streambed/')) {
      return answerControlCall({ context, policy, request, response: awsResponse });
    }
    const errors = errorsOf(request);
    const response = withRequestId(awsResponse, errors);
    const startedAt = context.clock.now();
    const note: JournalNote = { operation: 'Unknown', outcome: 'refused' };
    let identity: Identity = { type: 'none' };
    let failure: BedrockError | undefined;
    let operation: BedrockOperation | undefined;
    try {
      const match = findOperation(request);
      ({ operation } = match);
      note.operation = operation.name;
      const { requiresSignature = false, signingServices = ['bedrock'] } = operation;
      identity = identify(request, policy, {
        nowMs: Date.now(),
        region: context.region,
        signingServices,
        requiresSignature,
      });
      const { params } = match;
      if (params['modelId'] !== undefined) note.modelId = params['modelId'];
      const decoded = decodeBody(request);
      const call = { context, request: decoded, response, identity, startedAt, params, note };
      const taped = (await context.tape?.answer(call)) ?? 'missed';
      if (taped === 'missed' && operation.answersWithoutModel === true) failWithoutTurn(call);
      if (taped === 'missed') await operation.run(call);
    } catch (error) {
      failure = toBedrockError(error, response);
      note.status = sendError(failure, errors, { request, response, operation });
    } finally {
      context.journal.add({
        ...note,
        requestId: response.requestId,
        identity,
        receivedAt: Math.round(startedAt),
        status: note.status ?? 200,
        error: failure?.type,
        hint: failure?.hint,
        outcome: response.gone.aborted ? 'client_cancelled' : note.outcome,
        durationMs: Math.round(context.clock.now() - startedAt),
      });
    }
  };
}

interface ControlCall {
  readonly context: BedrockContext;
  readonly policy: IdentityPolicy;
  readonly request: AwsRequest;
  readonly response: AwsResponse;
}

/**
 * Answers the control API. Under strict sign-in it requires a signature, because the journal has
 * what every caller asked, and an API key is given to clients. If there are only API keys, one of
 * them suffices.
 */
function answerControlCall({ context, policy, request, response }: ControlCall): void {
  try {
    if (policy.mode === 'strict') {
      identify(request, policy, {
        nowMs: Date.now(),
        region: context.region,
        signingServices: ['bedrock'],
        requiresSignature: policy.credentials.length > 0,
      });
    }
    answerControl(context, request, response);
  } catch (error) {
    sendError(toBedrockError(error, response), awsErrors, { request, response });
  }
}

/** An unexpected error becomes AWS's own 500. Its cause goes to the log. */
function toBedrockError(error: unknown, { requestId }: AwsResponse): BedrockError {
  if (error instanceof BedrockError) return error;
  console.error(`Request ${requestId} failed in the local Bedrock:`, error);
  const message =
    'The system encountered an unexpected error during processing. Try your request again.';
  return new BedrockError('InternalServerException', message, { cause: error });
}

interface FailedCall {
  readonly request: AwsRequest;
  readonly response: AwsResponse;
  /** Absent if it is not known which operation was called. */
  readonly operation?: BedrockOperation | undefined;
}

/** Sends an error as its API reports errors, and returns the status. */
function sendError(
  error: BedrockError,
  format: ErrorFormat,
  { request, response, operation }: FailedCall,
): number {
  const { body, ...rendered } = format.render(error, request, response.requestId);
  const statuses = operation?.errorStatuses;
  const status = statuses === undefined ? rendered.status : error.statusIn(statuses);
  if (response.gone.aborted) return status;
  response.start(status, {
    'content-type': 'application/json',
    'x-amzn-ErrorType': error.typeHeader,
    ...error.headers,
  });
  response.end(JSON.stringify(body));
  return status;
}

interface OperationMatch {
  readonly operation: BedrockOperation;
  readonly params: Readonly<Record<string, string>>;
}

function findOperation({ method, url }: AwsRequest): OperationMatch {
  const [path = ''] = url.split('?');
  for (const operation of operations) {
    const match = operation.method === method ? operation.path.exec(path) : null;
    if (match === null) continue;
    const params = Object.entries(match.groups ?? {});
    if (!params.every(([, value]) => isDecodable(value))) {
      throw invalid('The provided model identifier is invalid.');
    }
    const decoded = params.map(([name, value]) => [name, decodeURIComponent(value)]);
    return { operation, params: Object.fromEntries(decoded) };
  }
  throw new BedrockError('UnknownOperationException', 'The operation is not known.');
}

/** Returns the request with its body decoded, if the body consists of signed chunks. */
function decodeBody(request: AwsRequest): AwsRequest {
  const declared = String(request.headers['x-amz-content-sha256'] ?? '');
  if (!declared.startsWith('STREAMING-')) return request;
  return { ...request, body: decodeChunks(request.body) };
}
