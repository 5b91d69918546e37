import { AwsError, toAwsError } from '#local/wire/aws-error.ts';
import type { Engine } from '#local/wire/aws-exchange.ts';
import { verifySignature } from '#local/wire/aws-json.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

/** An operation of the query protocol. It takes form parameters and returns a tree for XML. */
export type QueryOperation = (parameters: URLSearchParams) => Readonly<Record<string, unknown>>;

/** A service with the query protocol and its operations. */
export interface QueryService {
  readonly namespace: string;
  readonly credentials: Credentials;
  readonly operations: ReadonlyMap<string, QueryOperation>;
}

/** Returns the engine of a service with AWS's query protocol: form requests, XML responses. */
export function createQueryEngine({ namespace, credentials, operations }: QueryService): Engine {
  return async (request, response) => {
    const send = (status: number, root: string, tree: unknown): void => {
      response.start(status, { 'content-type': 'text/xml' });
      response.end(`<${root} xmlns="${namespace}">${toXml(tree)}</${root}>`);
    };
    const RequestId = response.requestId;
    try {
      verifySignature(request, credentials, { status: 403 });
      const parameters = new URLSearchParams(request.body.toString('utf8'));
      const action = parameters.get('Action') ?? '';
      const run = operations.get(action);
      if (run === undefined) {
        throw new AwsError(
          'InvalidAction',
          `The action ${action} is not valid for this web service.`,
        );
      }
      const result = { [`${action}Result`]: run(parameters), ResponseMetadata: { RequestId } };
      send(200, `${action}Response`, result);
    } catch (thrown) {
      const { code, message, status } = toAwsError(thrown);
      const error = { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message };
      send(status, 'ErrorResponse', { Error: error, RequestId });
    }
  };
}

/** Returns a tree as XML. Lists repeat their element; null and undefined are left out. */
export function toXml(tree: unknown): string {
  if (typeof tree !== 'object' || tree === null) return escapeXml(String(tree));
  return Object.entries(tree)
    .flatMap(([name, value]: [string, unknown]) => {
      const values = Array.isArray(value) ? value : [value];
      return values
        .filter((each) => each !== undefined && each !== null)
        .map((each) => `<${name}>${toXml(each)}</${name}>`);
    })
    .join('');
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"\r]/gu, (character) => escapes[character] ?? character);
}
