import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  type CryptoKey,
  type JWK,
} from 'jose';

/** The key that signs tokens. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  /** With its private part, as the provider wants it. */
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

/** Opens the key of a data directory, which is made at the first start and is nobody else's. */
export async function openSigningKey(folder: string): Promise<SigningKey> {
  const file = join(folder, 'sign-in-key.pem');
  if (!existsSync(file)) {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    await writeFile(file, await exportPKCS8(privateKey), { mode: 0o600 });
  }
  const pem = await readFile(file, 'utf8');
  const privateKey = await importPKCS8(pem, 'RS256', { extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = createHash('sha256')
    .update(jwk.n ?? '')
    .digest('base64url');
  const own = { kid, alg: 'RS256', use: 'sig' };
  const { kty = 'RSA', n = '', e = '' } = jwk;
  return { kid, privateKey, privateJwk: { ...jwk, ...own }, publicJwk: { kty, n, e, ...own } };
}
