import type { AwsRequest, AwsResponse, Engine } from '#local/wire/aws-exchange.ts';
import { decodeChunks } from '#local/wire/aws-chunked.ts';
import { BedrockError, invalid } from '#local/bedrock/server/bedrock-error.ts';
import { answerControl } from '#local/bedrock/server/control.ts';
import { identify, type IdentityPolicy } from '#local/bedrock/server/identity.ts';
import type { Identity } from '#local/bedrock/server/journal.ts';
import type { Operation } from '#local/bedrock/api/operation.ts';
import { operations } from '#local/bedrock/api/operations.ts';
import { refuseWithoutTurn } from '#local/bedrock/scenarios/choose.ts';
import type { Note, Services } from '#local/bedrock/server/call-context.ts';
import { isDecodable } from '#local/wire/read-body.ts';

/** Answers every operation of the local Bedrock, and keeps its journal. */
export function createEngine(services: Services, policy: IdentityPolicy): Engine {
  return async (request, response) => {
    if (request.url.startsWith('/_streambed/')) return answerControl(services, request, response);
    const startedAt = services.clock.now();
    const note: Note = { operation: 'Unknown', outcome: 'refused' };
    let identity: Identity = { type: 'none' };
    let refusal: BedrockError | undefined;
    let operation: Operation | undefined;
    try {
      const found = findOperation(request);
      ({ operation } = found);
      note.operation = operation.name;
      const { isSignedOnly = false, signedFor = ['bedrock'] } = operation;
      const asking = {
        nowMs: Date.now(),
        region: services.region,
        services: signedFor,
        isSignedOnly,
      };
      identity = identify(request, policy, asking);
      const { params } = found;
      if (params['modelId'] !== undefined) note.modelId = params['modelId'];
      const whole = unchunked(request);
      const call = { services, request: whole, response, identity, startedAt, params, note };
      const played = (await services.tape?.answer(call)) ?? 'missed';
      if (played === 'missed' && operation.asksNoModel === true) refuseWithoutTurn(call);
      if (played === 'missed') await operation.run(call);
    } catch (error) {
      refusal = toRefusal(error, response);
      refuse(refusal, operation, response);
    } finally {
      services.journal.add({
        ...note,
        requestId: response.requestId,
        identity,
        receivedAt: Math.round(startedAt),
        status: refusal?.status ?? note.status ?? 200,
        error: refusal?.type,
        outcome: response.gone.aborted ? 'client_cancelled' : note.outcome,
        durationMs: Math.round(services.clock.now() - startedAt),
      });
    }
  };
}

/** Where something here is wrong, it is as AWS has it then: a 500, with the cause in the log. */
function toRefusal(error: unknown, { requestId }: AwsResponse): BedrockError {
  if (error instanceof BedrockError) return error;
  console.error(`Request ${requestId} failed in the local Bedrock:`, error);
  const message =
    'The system encountered an unexpected error during processing. Try your request again.';
  return new BedrockError('InternalServerException', message, { cause: error });
}

function refuse(
  error: BedrockError,
  operation: Operation | undefined,
  response: AwsResponse,
): void {
  if (response.gone.aborted) return;
  const body = operation?.errorBody?.(error, response.requestId) ?? {
    message: error.message,
    ...error.members,
  };
  response.start(error.status, {
    'content-type': 'application/json',
    'x-amzn-ErrorType': error.typeHeader,
    ...error.headers,
  });
  response.end(JSON.stringify(body));
}

interface FoundOperation {
  readonly operation: Operation;
  readonly params: Readonly<Record<string, string>>;
}

function findOperation({ method, url }: AwsRequest): FoundOperation {
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

/** A body in signed chunks, as what it stands for. */
function unchunked(request: AwsRequest): AwsRequest {
  const declared = String(request.headers['x-amz-content-sha256'] ?? '');
  if (!declared.startsWith('STREAMING-')) return request;
  return { ...request, body: decodeChunks(request.body) };
}
