import { ChatError, toChatError } from '#domain/errors.ts';
import type { Person, PersonVerifier } from '#domain/identity.ts';
import { describeCause, logError, logInfo } from '#api/log/log.ts';
import type { LambdaContext } from '#lambda/awslambda.ts';

/** The part of API Gateway's event for a REQUEST authorizer that is read. */
export interface AuthorizerEvent {
  readonly methodArn: string;
  readonly headers: Readonly<Record<string, string>> | null;
}

/** Allows the request, and names the API key whose usage plan counts it. */
export interface AuthorizerResult {
  readonly principalId: string;
  readonly policyDocument: {
    readonly Version: '2012-10-17';
    readonly Statement: readonly {
      readonly Action: 'execute-api:Invoke';
      readonly Effect: 'Allow';
      readonly Resource: string;
    }[];
  };
  readonly usageIdentifierKey: string;
  /** Read in `http-event.ts`. */
  readonly context: { readonly user?: string; readonly guest?: string };
}

export interface AuthorizerPolicy {
  /** The API key of all people with a token. Callers must not send it themselves. */
  readonly signedInKey: string;
}

/** The time reserved to log a failure. */
const marginMs = 1_000;

/**
 * Returns an authorizer that allows requests with a valid token, or with an API key, in
 * `x-api-key` or as a bearer token. API Gateway itself checks the key. Nothing is cached, so an
 * expired token is refused at once.
 */
export function authorizeWith(
  verify: PersonVerifier,
  policy: AuthorizerPolicy,
): (event: AuthorizerEvent, context: LambdaContext) => Promise<AuthorizerResult> {
  return async (event, context) => {
    const { awsRequestId: requestId } = context;
    const endsAtMs = Date.now() + context.getRemainingTimeInMillis() - marginMs;
    try {
      return await authorize(event, (token) => verify(token, endsAtMs), policy);
    } catch (error) {
      const failure = toChatError(error);
      const { code } = failure;
      const fields = { requestId, code, cause: describeCause(failure) };
      // API Gateway responds with 401 to exactly this message, and to any other with the 503 of
      // `infra/rest-api.ts`.
      if (code === 'unauthenticated') {
        logInfo('caller refused', fields);
        throw new Error('Unauthorized', { cause: error });
      }
      logError('authorization failed', fields, { AuthorizerFailures: 1 });
      throw failure;
    }
  };
}

async function authorize(
  { methodArn, headers }: AuthorizerEvent,
  verify: (token: string) => Promise<Person>,
  { signedInKey }: AuthorizerPolicy,
): Promise<AuthorizerResult> {
  const { bearer, apiKey } = readCredentials(headers ?? {});
  if (apiKey === signedInKey) throw missingCredentials();
  // An invalid token is refused even with a valid key.
  const person = bearer === undefined ? undefined : await verify(bearer);
  const key = apiKey ?? (person === undefined ? undefined : signedInKey);
  if (key === undefined) throw missingCredentials();
  return {
    principalId: person?.id ?? 'api-key',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
    },
    usageIdentifierKey: key,
    context: person === undefined ? {} : { [person.type]: person.id },
  };
}

interface Credentials {
  readonly bearer?: string;
  readonly apiKey?: string;
}

/** A bearer token without dots is an API key, as OpenAI's clients send it, and not a JWT. */
function readCredentials(headers: Readonly<Record<string, string>>): Credentials {
  const named = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const apiKey = named.get('x-api-key');
  const authorization = named.get('authorization') ?? '';
  const [, bearer] = /^Bearer +(\S+)$/iu.exec(authorization) ?? [];
  if (bearer === undefined && authorization !== '') throw missingCredentials();
  if (bearer === undefined) return apiKey === undefined ? {} : { apiKey };
  if (!bearer.includes('.')) return { apiKey: apiKey ?? bearer };
  return apiKey === undefined ? { bearer } : { bearer, apiKey };
}

function missingCredentials(): ChatError {
  return new ChatError('unauthenticated', 'Send an access token or an API key.');
}
