import { ChatError } from '#domain/errors.ts';

/** Who sends a request, as AWS or a token has authenticated them. */
export type Caller =
  | { readonly type: 'iam'; readonly arn: string }
  | { readonly type: 'api-key'; readonly id: string }
  | Person
  | { readonly type: 'anonymous' };

/** Somebody who uses the page: signed in, or a guest. */
export type Person =
  | { readonly type: 'user'; readonly id: string }
  | { readonly type: 'guest'; readonly id: string };

/** The owner that all anonymous callers share. Nobody can list or find what it has. */
export const anonymousOwner = 'anonymous';

/**
 * Returns the owner of what a caller stores. Throws `unauthenticated` for an anonymous caller
 * unless the deployment allows them; they all share one owner.
 */
export function ownerOf(caller: Caller, allowAnonymous: boolean): string {
  switch (caller.type) {
    case 'iam':
      return `iam:${caller.arn}`;
    case 'api-key':
      return `key:${caller.id}`;
    case 'user':
      return `user:${caller.id}`;
    case 'guest':
      return `guest:${caller.id}`;
    case 'anonymous':
      if (allowAnonymous) return anonymousOwner;
      throw new ChatError('unauthenticated', 'Sign the request or send an API key.');
  }
}

/** A person who has signed in. */
export interface VerifiedUser {
  /** Unique across all issuers. */
  readonly id: string;
}

/**
 * Returns the user that a token belongs to. Throws `unauthenticated` for an invalid token, and
 * `internal` if that cannot be decided until `endsAtMs`, in milliseconds since 1970.
 */
export type TokenVerifier = (token: string, endsAtMs: number) => Promise<VerifiedUser>;

/** Returns the person that a token belongs to. Throws as a `TokenVerifier` does. */
export type PersonVerifier = (token: string, endsAtMs: number) => Promise<Person>;
