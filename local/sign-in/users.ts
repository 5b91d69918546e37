/** Somebody who can sign in here. */
export interface User {
  readonly username: string;
  readonly password: string;
  /** Always the same for a user of a pool. */
  readonly sub: string;
  readonly email: string;
  readonly groups: readonly string[];
}

/** A secret that is always the same for the same words. */
export type Secret = (words: string) => string;

/** The users of a pool: two, so that one can try what the other sees. */
export function usersOf(poolId: string, secret: Secret): readonly User[] {
  return ['demo', 'guest'].map((username) => ({
    username,
    password: secret(`password ${username}`).slice(0, 16),
    sub: uuidFrom(secret(`sub ${poolId} ${username}`)),
    email: `${username}@example.com`,
    groups: [],
  }));
}

/** The form of a UUID of version 4, from a text of 32 characters or more. */
function uuidFrom(text: string): string {
  const hex = Buffer.from(text).toString('hex').slice(0, 32);
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ];
  return [...parts, hex.slice(20, 32)].join('-');
}
