import { AwsClient } from 'aws4fetch';

/** The Function URLs behind the page. */
export type UpstreamName = 'chat' | 'conversations' | 'conversation-stream';

export interface UpstreamCall {
  readonly method: string;
  /** Path and query below the Function URL. */
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

/** Calls a Function URL, signed where `FUNCTION_URL_AUTH` is AWS_IAM. Throws when it is out of reach. */
export async function callUpstream(
  name: UpstreamName,
  { method, path, headers: given, body, signal }: UpstreamCall,
): Promise<Response> {
  const url = new URL(path, required(urlVariables[name]));
  const headers = { 'content-type': 'application/json', ...given };
  const init = { method, headers, signal, ...(body === undefined ? {} : { body }) };
  if (process.env['FUNCTION_URL_AUTH'] !== 'AWS_IAM') return fetch(url, init);
  const signed = await signer().sign(url, init);
  // The signal does not travel with the signed request.
  return fetch(signed, { signal });
}

function signer(): AwsClient {
  const sessionToken = process.env['AWS_SESSION_TOKEN'];
  return new AwsClient({
    service: 'lambda',
    region: required('AWS_REGION'),
    accessKeyId: required('AWS_ACCESS_KEY_ID'),
    secretAccessKey: required('AWS_SECRET_ACCESS_KEY'),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  });
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`${name}: must be set`);
  return value;
}
