import { AwsClient } from 'aws4fetch';
import type { Engine } from '#local/wire/aws-exchange.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

export interface ForwardOptions {
  /** The base URL of the remote service. */
  readonly endpoint: string;
  /** The service name to sign requests for. */
  readonly service: string;
  readonly region: string;
  /** Local ones verify incoming requests; remote ones sign the forwarded requests. */
  readonly credentials: { readonly local: Credentials; readonly remote: Credentials };
}

/** Headers that belong to one connection, or that the new signature replaces. */
const droppedHeaders =
  /^(?::|authorization$|connection$|content-length$|expect$|host$|http2-settings$|keep-alive$|te$|transfer-encoding$|upgrade$|x-amz-content-sha256$|x-amz-date$|x-amz-security-token$)/u;

/** Returns an engine that signs requests again for a remote service and streams its responses. */
export function createForwardEngine(options: ForwardOptions): Engine {
  const { endpoint, service, region, credentials } = options;
  const client = new AwsClient({ ...credentials.remote, service, region, retries: 0 });
  return async (request, response) => {
    const refuse = (status: number, code: string, message: string): void => {
      response.start(status, { 'content-type': 'application/json', 'x-amzn-errortype': code });
      response.end(JSON.stringify({ __type: code, message }));
    };
    const verdict = verifySigV4(request, [credentials.local], Date.now());
    if (verdict.type === 'refused') return refuse(403, verdict.code, verdict.message);
    const headers = Object.entries(request.headers).flatMap(([name, value]) =>
      droppedHeaders.test(name) || value === undefined ? [] : [[name, String(value)] as const],
    );
    const hasBody = request.body.length > 0;
    try {
      const remote = await client.fetch(`${endpoint.replace(/\/$/u, '')}${request.url}`, {
        method: request.method,
        headers: Object.fromEntries(headers),
        signal: response.gone,
        ...(hasBody ? { body: new Uint8Array(request.body) } : {}),
      });
      const kept = [...remote.headers].filter(
        ([name]) =>
          !/^(?:content-encoding|content-length|connection|transfer-encoding|x-amzn-requestid)$/u.test(
            name,
          ),
      );
      response.start(remote.status, Object.fromEntries(kept));
      for await (const bytes of remote.body ?? []) await response.write(bytes);
      response.end();
    } catch (error) {
      refuse(503, 'ServiceUnavailable', `Could not reach ${endpoint}: ${String(error)}`);
    }
  };
}

/**
 * Returns the AWS credentials in the environment variables. Throws an error that names the option
 * which needs them if they are missing.
 */
export function readEnvironmentCredentials(option: string): Credentials {
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
