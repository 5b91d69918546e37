import { expect, test } from 'vitest';
import { readPageSettings } from './settings.ts';

const variables = {
  PAGE_ORIGIN: 'https://chat.example.com',
  CONVERSATIONS_TABLE: 'table',
  SIGN_IN_ISSUER: 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a',
  SIGN_IN_CLIENT: 'client',
};

test('guests are off unless the deployment allows them', () => {
  expect(readPageSettings(variables)).toMatchObject({
    allowsGuests: false,
    signIn: { clientId: 'client', clientSecret: undefined, audience: undefined },
  });
  const guestsOnly = { ...variables, SIGN_IN_ISSUER: undefined, ALLOW_GUESTS: 'true' };
  expect(readPageSettings(guestsOnly)).toMatchObject({ allowsGuests: true, signIn: undefined });
});

test('the browser calls the API itself only where the deployment says so', () => {
  expect(readPageSettings(variables).calls).toEqual({ type: 'server' });
  const direct = { ...variables, PAGE_MODE: 'direct', API_URL: 'https://api.example.com/prod/' };
  const apiUrl = 'https://api.example.com/prod';
  expect(readPageSettings(direct).calls).toEqual({ type: 'direct', apiUrl });
});

test('files are at an origin, whose path does not matter', () => {
  expect(readPageSettings(variables).filesOrigin).toBeUndefined();
  const files = { ...variables, FILES_ORIGIN: 'https://files.s3.eu-west-1.amazonaws.com/' };
  expect(readPageSettings(files).filesOrigin).toBe('https://files.s3.eu-west-1.amazonaws.com');
});

test('plain HTTP is only for this machine', () => {
  const local = { ...variables, PAGE_ORIGIN: 'http://localhost:3000' };
  expect(readPageSettings(local).origin.href).toBe('http://localhost:3000/');
});

test.each([
  [{ PAGE_ORIGIN: undefined }, 'PAGE_ORIGIN: must be set'],
  [{ PAGE_ORIGIN: 'http://chat.example.com' }, 'PAGE_ORIGIN: must be an https URL'],
  [{ PAGE_ORIGIN: 'chat' }, 'PAGE_ORIGIN: must be an https URL, not "chat"'],
  [{ SIGN_IN_ISSUER: 'http://issuer.example' }, 'SIGN_IN_ISSUER: must be an https URL'],
  [{ SIGN_IN_ISSUER: undefined }, 'SIGN_IN_ISSUER: must be set, unless ALLOW_GUESTS is true'],
  [{ SIGN_IN_SCOPE: 'email' }, 'SIGN_IN_SCOPE: must be scopes'],
  [{ SIGN_IN_CLIENT: '' }, 'SIGN_IN_CLIENT: must be set'],
  [{ PAGE_MODE: 'proxy' }, 'PAGE_MODE: must be server or direct'],
  [{ PAGE_MODE: 'direct' }, 'API_URL: must be set'],
  [{ PAGE_MODE: 'direct', API_URL: 'http://api.example.com' }, 'API_URL: must be an https URL'],
  [{ FILES_ORIGIN: 'files; script-src *' }, 'FILES_ORIGIN: must be an https URL'],
  [{ CONVERSATIONS_TABLE: undefined }, 'CONVERSATIONS_TABLE: must be set'],
])('%j is refused with an error that names the variable', (change, message) => {
  expect(() => readPageSettings({ ...variables, ...change })).toThrow(message);
});
