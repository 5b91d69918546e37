import { expect, test } from 'vitest';
import { checkAddress } from './callback-address.ts';

test.each([
  ['https://hooks.example.net/streambed', undefined],
  ['hooks.example.net', 'not-a-url'],
  ['http://hooks.example.net/', 'not-allowed'],
  ['https://hooks.example.net:8443/', 'not-allowed'],
  ['https://ada:secret@hooks.example.net/', 'not-allowed'],
  ['https://nas/', 'not-allowed'],
  ['http://127.0.0.1:4000/', 'not-allowed'],
])('%s: %s', (address, problem) => {
  expect(checkAddress(address, false)).toBe(problem);
});

test('a local system decides itself about addresses of this machine', () => {
  expect(checkAddress('http://127.0.0.1:4000/', true)).toBeUndefined();
});
