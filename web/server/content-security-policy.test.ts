import { expect, test } from 'vitest';
import { contentSecurityPolicy } from './content-security-policy.ts';

const settings = { calls: { type: 'server' }, filesOrigin: undefined } as const;
const options = { nonce: 'bm9uY2U=', settings, isDevelopment: false };

function directive(policy: string, name: string): string | undefined {
  return policy.split('; ').find((part) => part.startsWith(`${name} `));
}

test('scripts need the nonce, and nothing is evaluated', () => {
  const policy = contentSecurityPolicy(options);
  expect(directive(policy, 'script-src')).toBe("script-src 'nonce-bm9uY2U=' 'strict-dynamic'");
  expect(directive(policy, 'style-src')).toBe("style-src 'self' 'nonce-bm9uY2U='");
  expect(policy.match(/unsafe-\w+/gu)).toEqual(['unsafe-inline']);
  expect(directive(policy, 'style-src-attr')).toBe("style-src-attr 'unsafe-inline'");
  expect(policy).toContain("require-trusted-types-for 'script'; trusted-types default");
});

test('the browser connects to the page, and to the API and the bucket that it needs', () => {
  const needs = (more: object): string | undefined =>
    directive(
      contentSecurityPolicy({ ...options, settings: { ...settings, ...more } }),
      'connect-src',
    );
  expect(needs({})).toBe("connect-src 'self'");
  const calls = { type: 'direct', apiUrl: 'https://api.example.com/prod' };
  expect(needs({ calls })).toBe("connect-src 'self' https://api.example.com");
  const filesOrigin = 'https://files.example.com';
  expect(needs({ filesOrigin })).toBe("connect-src 'self' https://files.example.com");
});

test('the development server, which evaluates code, is allowed to', () => {
  const policy = contentSecurityPolicy({ ...options, isDevelopment: true });
  expect(directive(policy, 'script-src')).toContain("'unsafe-eval'");
  expect(policy).not.toContain('trusted-types');
});
