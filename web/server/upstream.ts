import { AwsClient } from 'aws4fetch';

/** The functions that the page calls by their Function URLs. */
export type UpstreamName = 'chat' | 'conversations' | 'conversation-stream';

export interface UpstreamCall {
  readonly method: string;
  /** Path and query, relative to the Function URL. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

const urlVariables: Record<UpstreamName, string> = {
  chat: 'CHAT_URL',
  conversations: 'CONVERSATIONS_URL',
  'conversation-stream': 'CONVERSATION_STREAM_URL',
};

/**
 * Calls a Function URL and returns its response, whatever the status. Signs the request with SigV4 if
 * `FUNCTION_URL_AUTH` is `AWS_IAM`. Throws if the function cannot be reached or a variable is missing.
 */
export async function callUpstream(
  name: UpstreamName,
  { method, path, headers, body, signal }: UpstreamCall,
): Promise<Response> {
  const url = new URL(path, requireVariable(urlVariables[name]));
  const init = {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    signal,
    ...(body === undefined ? {} : { body }),
  };
  if (process.env['FUNCTION_URL_AUTH'] !== 'AWS_IAM') return fetch(url, init);
  const signed = await createSigner('lambda').sign(url, init);
  // The signed request does not carry the signal.
  return fetch(signed, { signal });
}

/** Calls the REST API as a person and returns its response, whatever the status. */
export async function callRestApi(
  { method, path, headers, body, signal }: UpstreamCall,
  token: string,
): Promise<Response> {
  const url = `${requireVariable('API_URL').replace(/\/$/u, '')}${path}`;
  return fetch(url, {
    method,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      ...headers,
    },
    signal,
    ...(body === undefined ? {} : { body }),
  });
}

/** Throws an error that names the variable without which nothing can be called. */
export function checkUpstreams(): void {
  for (const name of [...Object.values(urlVariables), 'API_URL']) {
    const value = requireVariable(name);
    if (!URL.canParse(value))
      throw new Error(`${name}: must be a URL, not ${JSON.stringify(value)}`);
  }
  const auth = process.env['FUNCTION_URL_AUTH'];
  if (auth !== 'AWS_IAM' && auth !== 'NONE') {
    throw new Error('FUNCTION_URL_AUTH: must be AWS_IAM or NONE');
  }
  if (auth === 'AWS_IAM') createSigner('lambda');
}

/** Returns what signs requests to a service as the page's server. Throws if a variable is missing. */
export function createSigner(service: string): AwsClient {
  const sessionToken = process.env['AWS_SESSION_TOKEN'];
  return new AwsClient({
    service,
    region: requireVariable('AWS_REGION'),
    accessKeyId: requireVariable('AWS_ACCESS_KEY_ID'),
    secretAccessKey: requireVariable('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  });
}

/** Returns the value of an environment variable. Throws an error that names it if it is missing. */
export function requireVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name}: must be set`);
  return value;
}
