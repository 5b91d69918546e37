import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWTHeaderParameters,
} from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cognitoIssuer, createTokenVerifier, oidcIssuer } from '#identity/token-verifier.ts';
import type { TokenVerifier } from '#domain/identity.ts';
import { startTokenIssuer, type TokenIssuer } from '#test/fixtures/token-issuer.ts';

let own: TokenIssuer;
let strangers: TokenIssuer;
let pool = '';
let verify: TokenVerifier;

beforeAll(async () => {
  [own, strangers] = await Promise.all([startTokenIssuer(), startTokenIssuer()]);
  pool = `${own.origin}/us-east-1_Pool`;
  verify = createTokenVerifier([
    cognitoIssuer(pool, ['our-client']),
    oidcIssuer({
      issuer: `${own.origin}/oidc`,
      jwksUrl: `${own.origin}/oidc/keys`,
      audience: 'https://api.example.org',
    }),
  ]);
});

afterAll(() => {
  own.close();
  strangers.close();
});

interface Forging {
  readonly claims?: Record<string, unknown>;
  readonly header?: Partial<JWTHeaderParameters>;
  readonly key?: CryptoKey | Uint8Array;
}

function sign({ claims = {}, header = {}, key = own.privateKey }: Forging = {}): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const usual = {
    iss: pool,
    sub: 'ada',
    token_use: 'access',
    client_id: 'our-client',
    iat: nowSeconds,
    exp: nowSeconds + 3_600,
  };
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'key-1', ...header })
    .sign(key);
}

const inPast = Math.floor(Date.now() / 1_000) - 3_600;
const inFuture = inPast + 7_200;

test('an access token of the pool names its user, apart from users of other issuers', async () => {
  expect(await verify(await sign())).toEqual({ id: 'us-east-1_Pool:ada' });
  const claims = { iss: `${own.origin}/oidc`, aud: ['https://api.example.org', 'x'] };
  expect(await verify(await sign({ claims }))).toEqual({ id: `${own.origin}/oidc:ada` });
});

const unsigned = async (alg: string): Promise<string> => {
  const [, payload = ''] = (await sign()).split('.');
  const header = Buffer.from(JSON.stringify({ alg, kid: 'key-1' })).toString('base64url');
  return `${header}.${payload}.`;
};

const tampered = async (): Promise<string> => {
  const [header = '', payload = '', signature = ''] = (await sign()).split('.');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const other = Buffer.from(JSON.stringify({ ...claims, sub: 'eve' })).toString('base64url');
  return `${header}.${other}.${signature}`;
};

const forgeries: Readonly<Record<string, () => string | Promise<string>>> = {
  'no JWT at all': () => 'not-a-token',
  'an empty token': () => '',
  'two dots': () => '..',
  'alg none': () =>
    new UnsecuredJWT({ iss: pool, sub: 'ada', token_use: 'access', client_id: 'our-client' })
      .setExpirationTime('1h')
      .encode(),
  'alg None, in another spelling': () => unsigned('nOnE'),
  'a signature left out': () => unsigned('RS256'),
  'HS256, with the public key as the secret': async () =>
    sign({
      header: { alg: 'HS256' },
      key: new TextEncoder().encode(await exportSPKI(own.publicKey)),
    }),
  'HS256, with the public modulus as the secret': async () =>
    sign({
      header: { alg: 'HS256' },
      key: Buffer.from((await exportJWK(own.publicKey)).n ?? '', 'base64url'),
    }),
  'an algorithm that the pool does not use': async () => {
    const { privateKey } = await generateKeyPair('PS256');
    return sign({ header: { alg: 'PS256' }, key: privateKey });
  },
  "a stranger's key under our key's id": () => sign({ key: strangers.privateKey }),
  'a key id that nobody has': () => sign({ header: { kid: 'key-2' }, key: strangers.privateKey }),
  'a key id that is a path': () =>
    sign({ header: { kid: '../../../../dev/null' }, key: strangers.privateKey }),
  'a key id that is a query': () =>
    sign({ header: { kid: "x' UNION SELECT 'key" }, key: strangers.privateKey }),
  'keys from an address in the token': () =>
    sign({
      header: { jku: `${strangers.origin}/keys`, x5u: `${strangers.origin}/keys` },
      key: strangers.privateKey,
    }),
  'a key within the token': async () =>
    sign({ header: { jwk: await exportJWK(strangers.publicKey) }, key: strangers.privateKey }),
  'an extension that must be understood': async () => {
    const [, payload = '', signature = ''] = (await sign()).split('.');
    const header = { alg: 'RS256', kid: 'key-1', crit: ['trust'], trust: true };
    return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${signature}`;
  },
  'another subject in a good token': tampered,
  'an issuer of a stranger': () =>
    sign({ claims: { iss: strangers.origin }, key: strangers.privateKey }),
  'our issuer with more behind it': () => sign({ claims: { iss: `${pool}/` } }),
  'another pool of the same service': () =>
    sign({ claims: { iss: `${own.origin}/us-east-1_Other` } }),
  'no issuer': () => sign({ claims: { iss: undefined } }),
  'a token that has expired': () => sign({ claims: { exp: inPast } }),
  'a token that never ends': () => sign({ claims: { exp: undefined } }),
  'a token from the future': () => sign({ claims: { nbf: inFuture } }),
  'an end that is no number': () => sign({ claims: { exp: 'tomorrow' } }),
  'an ID token': () => sign({ claims: { token_use: 'id', aud: 'our-client' } }),
  'a token of no known use': () => sign({ claims: { token_use: undefined } }),
  "another client's token": () => sign({ claims: { client_id: 'their-client' } }),
  'an audience instead of a client': () =>
    sign({ claims: { client_id: undefined, aud: 'our-client' } }),
  nobody: () => sign({ claims: { sub: undefined } }),
  'a blank subject': () => sign({ claims: { sub: '' } }),
  'a subject that is no text': () => sign({ claims: { sub: { admin: true } } }),
  'for another audience': () =>
    sign({ claims: { iss: `${own.origin}/oidc`, aud: 'https://other.example.org' } }),
  'for no audience': () => sign({ claims: { iss: `${own.origin}/oidc` } }),
  "the pool's claims with the other issuer": () =>
    sign({ claims: { iss: `${own.origin}/oidc`, client_id: 'our-client' } }),
  'HS256 of the other issuer': () =>
    sign({
      claims: { iss: `${own.origin}/oidc`, aud: 'https://api.example.org' },
      header: { alg: 'HS256' },
      key: new Uint8Array(32),
    }),
};

test.each(Object.entries(forgeries))('refused: %s', async (_, forge) => {
  const token = await forge();
  await expect(verify(token)).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(strangers.keyRequests).toBe(0);
});

test('keys that are out of reach refuse nobody for good', async () => {
  const nowhere = createTokenVerifier([
    { ...cognitoIssuer(pool, ['our-client']), jwksUrl: 'http://127.0.0.1:1/keys' },
  ]);
  await expect(nowhere(await sign())).rejects.toMatchObject({ code: 'internal' });
});
