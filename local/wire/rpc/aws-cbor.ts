import { cbor, dateToTag } from '@smithy/core/cbor';
import { AwsError } from '#local/wire/aws-error.ts';
import type { AwsRequest, AwsResponse, Engine } from '#local/wire/aws-exchange.ts';
import { toServiceError, verifySignature, type Operation } from '#local/wire/aws-json.ts';
import { isRecord, type Problem } from '#local/wire/shape.ts';
import type { Credentials } from '#local/wire/signed-request.ts';
import { renderOutput } from '#local/wire/rpc/render-output.ts';

/** A service with the protocol `rpc-v2-cbor` and its operations. */
export interface CborService {
  /** The name of the service in the path of a request. */
  readonly name: string;
  /** The prefix of an error code in `__type`. */
  readonly errorPrefix: string;
  readonly credentials: Credentials;
  readonly operations: ReadonlyMap<string, Operation>;
  /** Returns the service's own error for invalid input, if it is not a ValidationException. */
  refuse?(problems: readonly Problem[]): AwsError;
}

/** Clients refuse a response without this header. */
const protocol = { 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' };

/** Returns the engine of a service with Smithy RPC v2 CBOR: the path names the operation. */
export function createCborEngine(service: CborService): Engine {
  return async (request, response) => {
    try {
      const output = await runOperation(service, request, response);
      response.start(200, protocol);
      response.end(cbor.serialize(renderOutput(output, { date: dateToTag })));
    } catch (thrown) {
      const error = toServiceError(thrown, service.refuse);
      const { code, message, status, queryCode } = error;
      const side = status < 500 ? 'Sender' : 'Receiver';
      const query = queryCode === undefined ? {} : { 'x-amzn-query-error': `${queryCode};${side}` };
      response.start(status, { ...protocol, ...query });
      response.end(cbor.serialize({ __type: `${service.errorPrefix}${code}`, message }));
    }
  };
}

async function runOperation(
  { name, credentials, operations }: CborService,
  request: AwsRequest,
  { requestId, gone }: AwsResponse,
): Promise<unknown> {
  const [path = ''] = request.url.split('?');
  const [, service, action = ''] = /^\/service\/([^/]+)\/operation\/([^/]+)$/u.exec(path) ?? [];
  const operation = service === name ? operations.get(action) : undefined;
  verifySignature(request, credentials, { status: 403 });
  if (operation === undefined) {
    const message = `Operation ${action} is not hosted here.`;
    throw new AwsError('UnknownOperationException', message, { status: 404 });
  }
  return operation.run(parseBody(request.body), { requestId, gone });
}

function parseBody(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    const input: unknown = cbor.deserialize(body);
    if (isRecord(input)) return input;
  } catch {
    // The error below is thrown for every body that is not a map.
  }
  throw new AwsError('SerializationException', 'The body is not a map in CBOR.');
}
