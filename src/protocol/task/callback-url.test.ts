import { expect, test } from 'vitest';
import { parseCallbackUrl } from '#protocol/task/callback-url.ts';
import { hostileUrls } from '#test/fixtures/hostile-urls.ts';

const strict = { allowsLoopback: false };

test.each(hostileUrls)(
  '%j is refused when a task is submitted, and the error names the rule',
  (url) => {
    expect(() => parseCallbackUrl(url, strict)).toThrow(/^callback_url: must /u);
  },
);

test.each([
  'https://hooks.example.net/streambed?token=1',
  'https://hooks.example.com./',
  'https://example.org/',
  'https://r3---sn-a1.example.co.uk/',
  'https://1.hooks.example.museum/',
  'https://xn--wgv71a119e.xn--tckwe/',
  `https://${'a'.repeat(63)}.example.net/`,
])('a URL on the internet is accepted unchanged: %s', (url) => {
  expect(parseCallbackUrl(url, strict)).toBe(url);
});

test.each([
  'http://localhost:3000/',
  'https://127.0.0.1/',
  'http://10.0.0.1/',
  'http://[::1]:80/',
  'http://0.0.0.0/',
])('%s is refused even if loopback URLs are allowed', (url) => {
  expect(() => parseCallbackUrl(url, { allowsLoopback: true })).toThrow('callback_url: must');
});
