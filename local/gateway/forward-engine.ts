import { AwsClient } from 'aws4fetch';
import type { Engine } from '#local/wire/aws-exchange.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

export interface ForwardOptions {
  /** The base URL of the service elsewhere. */
  readonly endpoint: string;
  /** The name that its requests are signed for. */
  readonly service: string;
  readonly region: string;
  /** With which requests are signed here, and there. */
  readonly credentials: { readonly here: Credentials; readonly there: Credentials };
}

/** What belongs to one connection, or to the signature that is made anew. */
const notPassedOn =
  /^(?::|authorization$|connection$|content-length$|expect$|host$|http2-settings$|keep-alive$|te$|transfer-encoding$|upgrade$|x-amz-content-sha256$|x-amz-date$|x-amz-security-token$)/u;

/** Passes requests on to a service elsewhere, signed for it, and its answers back as they come. */
export function createForwardEngine(options: ForwardOptions): Engine {
  const { endpoint, service, region, credentials } = options;
  const client = new AwsClient({ ...credentials.there, service, region, retries: 0 });
  return async (request, response) => {
    const refuse = (status: number, code: string, message: string): void => {
      response.start(status, { 'content-type': 'application/json', 'x-amzn-errortype': code });
      response.end(JSON.stringify({ __type: code, message }));
    };
    const verdict = verifySigV4(request, [credentials.here], Date.now());
    if (verdict.type === 'refused') return refuse(403, verdict.code, verdict.message);
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      notPassedOn.test(name) || value === undefined ? [] : [[name, String(value)] as const],
    );
    const hasBody = request.body.length > 0;
    try {
      const answer = await client.fetch(`${endpoint.replace(/\/$/u, '')}${request.url}`, {
        method: request.method,
        headers: Object.fromEntries(headers),
        signal: response.gone,
        ...(hasBody ? { body: new Uint8Array(request.body) } : {}),
      });
      const kept = [...answer.headers].filter(
        ([name]) =>
          !/^(?:content-encoding|content-length|connection|transfer-encoding|x-amzn-requestid)$/u.test(
            name,
          ),
      );
      response.start(answer.status, Object.fromEntries(kept));
      for await (const bytes of answer.body ?? []) await response.write(bytes);
      response.end();
    } catch (error) {
      refuse(503, 'ServiceUnavailable', `${endpoint} could not be reached: ${String(error)}`);
    }
  };
}

/** The caller's own AWS credentials, from the environment. Throws where there are none. */
export function ownCredentials(option: string): Credentials {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error(`${option}: needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY`);
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}
