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
import { realClock } from '#local/process/clock.ts';
import { createMemoryIssuerKeys } from '#test/doubles/memory-issuer-keys.ts';
import { startTokenIssuer, type TokenIssuer } from '#test/fixtures/token-issuer.ts';

let own: TokenIssuer;
let untrusted: TokenIssuer;
let pool = '';
let verify: (token: string) => ReturnType<TokenVerifier>;
const ports = { store: createMemoryIssuerKeys(), clock: realClock };
const soon = (): number => Date.now() + 2_000;

beforeAll(async () => {
  [own, untrusted] = await Promise.all([startTokenIssuer(), startTokenIssuer()]);
  pool = `${own.origin}/us-east-1_Pool`;
  const verifier = createTokenVerifier(ports, [
    cognitoIssuer(pool, ['our-client']),
    oidcIssuer({
      issuer: `${own.origin}/oidc`,
      jwksUrl: `${own.origin}/oidc/keys`,
      audience: 'https://api.example.org',
    }),
  ]);
  verify = (token) => verifier(token, soon());
});

afterAll(() => {
  own.close();
  untrusted.close();
});

interface TokenOptions {
  readonly claims?: Record<string, unknown>;
  readonly header?: Partial<JWTHeaderParameters>;
  readonly key?: CryptoKey | Uint8Array;
}

function sign({
  claims = {},
  header = {},
  key = own.privateKey,
}: TokenOptions = {}): Promise<string> {
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const defaults = {
    iss: pool,
    sub: 'ada',
    token_use: 'access',
    client_id: 'our-client',
    iat: nowSeconds,
    exp: nowSeconds + 3_600,
  };
  return new SignJWT({ ...defaults, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'key-1', ...header })
    .sign(key);
}

const inPast = Math.floor(Date.now() / 1_000) - 3_600;
const inFuture = inPast + 7_200;

test('an access token identifies its user, and users of different issuers have different ids', async () => {
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
  'text that is not a JWT': () => 'not-a-token',
  'an empty token': () => '',
  'only two dots': () => '..',
  'algorithm none': () =>
    new UnsecuredJWT({ iss: pool, sub: 'ada', token_use: 'access', client_id: 'our-client' })
      .setExpirationTime('1h')
      .encode(),
  'algorithm none in another spelling': () => unsigned('nOnE'),
  'a missing signature': () => unsigned('RS256'),
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
  "another issuer's key with the id of our key": () => sign({ key: untrusted.privateKey }),
  'an unknown key id': () => sign({ header: { kid: 'key-2' }, key: untrusted.privateKey }),
  'a key id that is a path': () =>
    sign({ header: { kid: '../../../../dev/null' }, key: untrusted.privateKey }),
  'a key id that is a query': () =>
    sign({ header: { kid: "x' UNION SELECT 'key" }, key: untrusted.privateKey }),
  'keys from a URL in the token': () =>
    sign({
      header: { jku: `${untrusted.origin}/keys`, x5u: `${untrusted.origin}/keys` },
      key: untrusted.privateKey,
    }),
  'a key in the token': async () =>
    sign({ header: { jwk: await exportJWK(untrusted.publicKey) }, key: untrusted.privateKey }),
  'an unknown critical extension': async () => {
    const [, payload = '', signature = ''] = (await sign()).split('.');
    const header = { alg: 'RS256', kid: 'key-1', crit: ['trust'], trust: true };
    return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${payload}.${signature}`;
  },
  'a changed subject in a valid token': tampered,
  'an untrusted issuer': () =>
    sign({ claims: { iss: untrusted.origin }, key: untrusted.privateKey }),
  'our issuer with a trailing slash': () => sign({ claims: { iss: `${pool}/` } }),
  'another pool of the same service': () =>
    sign({ claims: { iss: `${own.origin}/us-east-1_Other` } }),
  'no issuer': () => sign({ claims: { iss: undefined } }),
  'an expired token': () => sign({ claims: { exp: inPast } }),
  'a token without an expiry': () => sign({ claims: { exp: undefined } }),
  'a token that is not valid yet': () => sign({ claims: { nbf: inFuture } }),
  'an expiry that is not a number': () => sign({ claims: { exp: 'tomorrow' } }),
  'an ID token': () => sign({ claims: { token_use: 'id', aud: 'our-client' } }),
  'a token without token_use': () => sign({ claims: { token_use: undefined } }),
  "another client's token": () => sign({ claims: { client_id: 'their-client' } }),
  'an audience instead of a client': () =>
    sign({ claims: { client_id: undefined, aud: 'our-client' } }),
  'no subject': () => sign({ claims: { sub: undefined } }),
  'a blank subject': () => sign({ claims: { sub: '' } }),
  'a subject that is not text': () => sign({ claims: { sub: { admin: true } } }),
  'another audience': () =>
    sign({ claims: { iss: `${own.origin}/oidc`, aud: 'https://other.example.org' } }),
  'no audience': () => sign({ claims: { iss: `${own.origin}/oidc` } }),
  "the pool's claims from the other issuer": () =>
    sign({ claims: { iss: `${own.origin}/oidc`, client_id: 'our-client' } }),
  'HS256 from the other issuer': () =>
    sign({
      claims: { iss: `${own.origin}/oidc`, aud: 'https://api.example.org' },
      header: { alg: 'HS256' },
      key: new Uint8Array(32),
    }),
};

test.each(Object.entries(forgeries))('a token is refused: %s', async (_, forge) => {
  const token = await forge();
  await expect(verify(token)).rejects.toMatchObject({ code: 'unauthenticated' });
  expect(untrusted.keyRequests).toBe(0);
});

test('a token is not refused as invalid while the keys cannot be loaded', async () => {
  const unreachable = createTokenVerifier(ports, [
    { ...cognitoIssuer(pool, ['our-client']), jwksUrl: 'http://127.0.0.1:1/keys' },
  ]);
  await expect(unreachable(await sign(), soon())).rejects.toMatchObject({ code: 'internal' });
});
