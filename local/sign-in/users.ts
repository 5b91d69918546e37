/** A user who can sign in to a pool. */
export interface User {
  readonly username: string;
  readonly password: string;
  /** A UUID that stays the same for a user of a pool. */
  readonly sub: string;
  readonly email: string;
  readonly groups: readonly string[];
}

/** Returns a secret that is always the same for the same name. */
export type DeriveSecret = (name: string) => string;

/** Returns the two users of a pool, so that one can try what the other can see. */
export function createUsers(poolId: string, secret: DeriveSecret): readonly User[] {
  return ['demo', 'guest'].map((username) => ({
    username,
    password: secret(`password ${username}`).slice(0, 16),
    sub: uuidFrom(secret(`sub ${poolId} ${username}`)),
    email: `${username}@example.com`,
    groups: [],
  }));
}

/** Returns a UUID of version 4 that is derived from a text of at least 32 characters. */
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
