import type { Table } from '#aws/dynamo/table.ts';
import { createDynamoIssuerKeys } from '#aws/identity/dynamo-issuer-keys.ts';
import { readGuestSecret } from '#aws/identity/table-secret.ts';
import type { Clock } from '#domain/clock.ts';
import type { PersonVerifier } from '#domain/identity.ts';
import { ChatError } from '#domain/errors.ts';
import { isGuestToken, readGuestToken } from '#identity/guest-token.ts';
import {
  createTokenVerifier,
  trustedIssuers,
  type SignInSettings,
} from '#identity/token-verifier.ts';

export interface PersonSettings extends SignInSettings {
  /** Whether people who have not signed in may chat. */
  readonly allowsGuests: boolean;
}

/**
 * Returns a verifier for the access tokens of the settings' issuers and for tokens of guests. The
 * keys of issuers and the secret of guests are in the table.
 */
export function createPersonVerifier(
  table: Table,
  clock: Clock,
  { allowsGuests, ...signIn }: PersonSettings,
): PersonVerifier {
  const ports = { store: createDynamoIssuerKeys(table), clock };
  const verifyUser = createTokenVerifier(ports, trustedIssuers(signIn));
  let secret: Promise<string> | undefined;
  const readSecret = async (): Promise<string> => {
    try {
      return await (secret ??= readGuestSecret(table));
    } catch (error) {
      secret = undefined;
      throw error;
    }
  };
  return async (token, endsAtMs) => {
    if (!isGuestToken(token)) return { type: 'user', id: (await verifyUser(token, endsAtMs)).id };
    if (!allowsGuests) throw new ChatError('unauthenticated', 'This deployment has no guests.');
    const id = readGuestToken(await readSecret(), token, clock.now());
    if (id !== undefined) return { type: 'guest', id };
    throw new ChatError('unauthenticated', 'The token of the guest is invalid or has expired.');
  };
}
