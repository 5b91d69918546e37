/** Somebody who signed in. */
export interface VerifiedUser {
  /** Never another's, whoever vouches for them. */
  readonly id: string;
}

/** Tells whose token it is. Throws `unauthenticated` for one that is not good. */
export type TokenVerifier = (token: string) => Promise<VerifiedUser>;
