import { expect, test } from 'vitest';
import { createSessionId, hashOf, seal, unseal } from './seal.ts';

const tokens = { name: 'ada@example.com', accessToken: 'a.b.c', expiresAtMs: 1, refreshToken: 'r' };

test('the id of a session opens its tokens, and no other id does', () => {
  const id = createSessionId();
  const sealed = seal(id, tokens);
  expect(unseal(id, sealed)).toEqual(tokens);
  expect(() => unseal(createSessionId(), sealed)).toThrow();
  expect(() => unseal(hashOf(id), sealed)).toThrow();
});

test('what is stored names neither the person nor the tokens', () => {
  const sealed = Buffer.from(seal(createSessionId(), tokens), 'base64url').toString('latin1');
  for (const secret of Object.values(tokens)
    .map(String)
    .filter((text) => text.length > 1)) {
    expect(sealed).not.toContain(secret);
  }
});

test('changed tokens do not open', () => {
  const id = createSessionId();
  const bytes = Buffer.from(seal(id, tokens), 'base64url');
  for (let at = 0; at < bytes.length; at += 7) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(() => unseal(id, changed.toString('base64url'))).toThrow();
  }
});
