import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  type CryptoKey,
  type JWK,
} from 'jose';
import { writeWhole } from '#local/process/write-whole.ts';

/** The RSA key that signs tokens. */
export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  /** The key with its private part, for the OpenID provider. */
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
}

/** Returns the signing key of a data directory. It is created at the first start. */
export async function openSigningKey(folder: string): Promise<SigningKey> {
  const file = join(folder, 'sign-in-key.pem');
  if (!existsSync(file)) {
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    await writeWhole(file, await exportPKCS8(privateKey), { mode: 0o600 });
  }
  const privateKey = await importKey(file);
  const jwk = await exportJWK(privateKey);
  const kid = createHash('sha256')
    .update(jwk.n ?? '')
    .digest('base64url');
  const usage = { kid, alg: 'RS256', use: 'sig' };
  const { kty = 'RSA', n = '', e = '' } = jwk;
  return { kid, privateKey, privateJwk: { ...jwk, ...usage }, publicJwk: { kty, n, e, ...usage } };
}

async function importKey(file: string): Promise<CryptoKey> {
  const pem = await readFile(file, 'utf8');
  try {
    return await importPKCS8(pem, 'RS256', { extractable: true });
  } catch (error) {
    const hint = 'Restore it from a copy, or delete it and inventory.json for a new key.';
    throw new Error(`${file} is damaged. ${hint}`, { cause: error });
  }
}
