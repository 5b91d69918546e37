import type { IncomingMessage } from 'node:http';
import type { Authorizers } from '#local/rest-api/authorizer.ts';
import type {
  WebSocketAuthorization,
  WebSocketStage,
} from '#local/websocket-api/websocket-api-definition.ts';
import { record } from '#local/template/json.ts';
import { accountId } from '#local/template/stack-context.ts';
import type { Credentials, SignedRequest } from '#local/wire/signed-request.ts';
import { verifyPresigned, verifySigV4 } from '#local/wire/sigv4.ts';

export interface AuthorizationSettings {
  readonly region: string;
  readonly credentials: Credentials;
  readonly authorizers: Authorizers;
}

/** A request to connect. */
export interface ConnectRequest {
  readonly request: IncomingMessage;
  readonly apiId: string;
  readonly stage: WebSocketStage;
  /** The event of an authorizer, without its type and ARN. */
  readonly event: Readonly<Record<string, unknown>>;
}

export type ConnectVerdict =
  | {
      readonly type: 'allowed';
      readonly authorizer?: Readonly<Record<string, unknown>>;
      /** Present if the caller signed the request. */
      readonly signer?: Readonly<Record<string, string>>;
    }
  | { readonly type: 'refused'; readonly status: 401 | 403 | 500; readonly message: string };

/** Decides whether a caller may connect. */
export async function authorize(
  settings: AuthorizationSettings,
  authorization: WebSocketAuthorization,
  connect: ConnectRequest,
): Promise<ConnectVerdict> {
  switch (authorization.type) {
    case 'none':
      return { type: 'allowed' };
    case 'iam':
      return authorizeSigner(settings, connect.request);
    case 'function':
      return askAuthorizer(settings, authorization.authorizer, connect);
  }
}

/** Browsers cannot set headers on an upgrade, so the signature may be in the query. */
function authorizeSigner(
  { credentials, region }: AuthorizationSettings,
  { method = 'GET', url = '/', headers }: IncomingMessage,
): ConnectVerdict {
  const signed: SignedRequest = { method, url, headers, body: Buffer.alloc(0) };
  const isPresigned = url.includes('X-Amz-Signature=');
  const verify = isPresigned ? verifyPresigned : verifySigV4;
  const scope = { region, service: 'execute-api' };
  const verdict = verify(signed, [credentials], Date.now(), scope);
  if (verdict.type === 'refused') {
    return { type: 'refused', status: 403, message: verdict.message };
  }
  const { accessKeyId } = verdict;
  const signer = {
    accessKey: accessKeyId,
    accountId,
    caller: accessKeyId,
    user: accessKeyId,
    userArn: `arn:aws:iam::${accountId}:user/local`,
  };
  return { type: 'allowed', signer };
}

const refusals = {
  'no-token': { status: 401, message: 'Unauthorized' },
  denied: {
    status: 403,
    message: 'User is not authorized to access this resource with an explicit deny',
  },
  'not-allowed': { status: 403, message: 'User is not authorized to access this resource' },
  failure: { status: 500, message: 'Internal server error' },
} as const;

async function askAuthorizer(
  { region, authorizers }: AuthorizationSettings,
  authorizer: Extract<WebSocketAuthorization, { type: 'function' }>['authorizer'],
  { request, apiId, stage, event }: ConnectRequest,
): Promise<ConnectVerdict> {
  const result = await authorizers.authorize(authorizer, {
    methodArn: `arn:aws:execute-api:${region}:${accountId}:${apiId}/${stage.name}/$connect`,
    headers: request.headers,
    query: new URL(request.url ?? '/', 'http://local').searchParams,
    stageVariables: stage.variables,
    context: record(event['requestContext']),
    event: () => event,
  });
  if (result.type === 'allowed') return { type: 'allowed', authorizer: result.context };
  return { type: 'refused', ...refusals[result.type] };
}
