import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import * as v from 'valibot';

/** What the issuer has given for a person. The browser never sees it. */
const tokens = v.object({
  /** How the page names the person. */
  name: v.string(),
  accessToken: v.string(),
  expiresAtMs: v.number(),
  refreshToken: v.optional(v.string()),
  idToken: v.optional(v.string()),
});

export type Tokens = v.InferOutput<typeof tokens>;

/** Returns a new session id: 256 bits, which only the browser's cookie has. */
export function createSessionId(): string {
  return randomBytes(32).toString('base64url');
}

/** Returns the name under which a session is stored. */
export function hashOf(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('base64url');
}

const algorithm = 'aes-256-gcm';

/** Encrypts tokens so that only the id of the session opens them. */
export function seal(sessionId: string, value: Tokens): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv(algorithm, keyOf(sessionId), nonce);
  const text = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url');
}

/** Decrypts tokens. Throws if they were sealed with another id, or changed. */
export function unseal(sessionId: string, sealed: string): Tokens {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv(algorithm, keyOf(sessionId), bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
  return v.parse(tokens, JSON.parse(text.toString('utf8')));
}

function keyOf(sessionId: string): Buffer {
  return Buffer.from(hkdfSync('sha256', sessionId, '', 'streambed page session', 32));
}
