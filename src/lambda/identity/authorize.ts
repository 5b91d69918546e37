import { ChatError, toChatError } from '#domain/errors.ts';
import type { TokenVerifier } from '#domain/identity.ts';
import { describeCause, logError, logInfo } from '#lambda/runtime/log.ts';
import type { LambdaContext } from '#lambda/runtime/awslambda.ts';

/** The part we use of what API Gateway asks a REQUEST authorizer. */
export interface AuthorizerEvent {
  readonly methodArn: string;
  readonly headers: Readonly<Record<string, string>> | null;
}

/** What lets a caller in, and by which key his plan counts him. */
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
  /** Read again in `http-event.ts`. */
  readonly context: { readonly user?: string };
}

export interface AuthorizerPolicy {
  /** The key that stands for everybody who signed in; nobody may send it himself. */
  readonly signedInKey: string;
}

/**
 * Lets callers in with a token, or with an API key, in `x-api-key` or as a bearer. Whether a key is
 * one is API Gateway's to say. Every request is asked about, so that a token ends when it ends.
 */
export function authorizeWith(
  verify: TokenVerifier,
  policy: AuthorizerPolicy,
): (event: AuthorizerEvent, context: LambdaContext) => Promise<AuthorizerResult> {
  return async (event, { awsRequestId: requestId }) => {
    try {
      return await authorize(event, verify, policy);
    } catch (error) {
      const failure = toChatError(error);
      const { code } = failure;
      const fields = { requestId, code, cause: describeCause(failure) };
      // API Gateway answers 401 to exactly this word, and 500 to any other.
      if (code === 'unauthenticated') {
        logInfo('caller refused', fields);
        throw new Error('Unauthorized', { cause: error });
      }
      logError('caller unknown', fields);
      throw failure;
    }
  };
}

async function authorize(
  { methodArn, headers }: AuthorizerEvent,
  verify: TokenVerifier,
  { signedInKey }: AuthorizerPolicy,
): Promise<AuthorizerResult> {
  const { bearer, apiKey } = readCredentials(headers ?? {});
  if (apiKey === signedInKey) throw nobody();
  // A token that was sent must be good, whatever else was sent.
  const user = bearer === undefined ? undefined : await verify(bearer);
  const key = apiKey ?? (user === undefined ? undefined : signedInKey);
  if (key === undefined) throw nobody();
  return {
    principalId: user?.id ?? 'api-key',
    policyDocument: {
      Version: '2012-10-17',
      Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: methodArn }],
    },
    usageIdentifierKey: key,
    context: user === undefined ? {} : { user: user.id },
  };
}

interface Credentials {
  readonly bearer?: string;
  readonly apiKey?: string;
}

/** A bearer without dots is no JWT but a key, as the clients of OpenAI send theirs. */
function readCredentials(headers: Readonly<Record<string, string>>): Credentials {
  const named = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const apiKey = named.get('x-api-key');
  const authorization = named.get('authorization') ?? '';
  const [, bearer] = /^Bearer +(\S+)$/iu.exec(authorization) ?? [];
  if (bearer === undefined && authorization !== '') throw nobody();
  if (bearer === undefined) return apiKey === undefined ? {} : { apiKey };
  if (!bearer.includes('.')) return { apiKey: apiKey ?? bearer };
  return apiKey === undefined ? { bearer } : { bearer, apiKey };
}

function nobody(): ChatError {
  return new ChatError('unauthenticated', 'Neither a token nor a key was sent.');
}
