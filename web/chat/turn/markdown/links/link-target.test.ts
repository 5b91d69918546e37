import { expect, test } from 'vitest';
import { linkTarget, namesOtherHost } from './link-target.ts';

const page = 'https://chat.example.com/chat?conversation=1';

test.each([
  undefined,
  '',
  ' ',
  '#',
  '#notes',
  'javascript:alert(1)',
  ' java\nscript:alert(1)',
  '\u0001javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:msgbox(1)',
  'blob:https://chat.example.com/1',
  'file:///etc/passwd',
  'view-source:https://a.example',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  'https://',
  '/api/conversations',
  '/API/conversations',
  '/api',
  '/auth/logout?everywhere',
  '/./auth/login',
  '/x/../api/access',
  '/%61pi/access',
  '/%2561pi/access',
  '/api%2faccess',
  'https://chat.example.com/api/conversations',
  'https://chat.example.com//api/conversations',
  'https://someone@chat.example.com/auth/login',
  'api/access',
])('%j is no link', (href) => {
  expect(linkTarget(href, 'https://chat.example.com/chat')).toBeUndefined();
});

test.each([
  ['https://example.com/docs', 'https://example.com/docs', 'example.com'],
  ['https://bank.example@evil.example/', 'https://bank.example@evil.example/', 'evil.example'],
  ['https://evil.example\\@bank.example', 'https://evil.example/@bank.example', 'evil.example'],
  ['http://xn--bcher-kva.example', 'http://xn--bcher-kva.example/', 'xn--bcher-kva.example'],
  ['https://bücher.example', 'https://xn--bcher-kva.example/', 'xn--bcher-kva.example'],
  ['http://chat.example.com/api', 'http://chat.example.com/api', 'chat.example.com'],
  ['mailto:ada@example.com', 'mailto:ada@example.com', 'ada@example.com'],
])('%s leads elsewhere', (href, url, place) => {
  expect(linkTarget(href, page)).toEqual({ type: 'elsewhere', url, place });
});

test('pages beside the chat are links', () => {
  const url = 'https://chat.example.com/documents';
  expect(linkTarget('/documents', page)).toEqual({ type: 'page', url });
  expect(linkTarget('/apiary', page)?.type).toBe('page');
});

test.each([
  ['https://bank.example', 'evil.example'],
  ['bank.example', 'evil.example'],
  ['www.bank.example/login', 'evil.example'],
  ['Visit bank.example now', 'evil.example'],
  ['https://bank.example@evil.example', 'bank.example'],
  ['bank。example', 'evil.example'],
  ['bank．example', 'evil.example'],
  ['ba\u00ADnk.exam\u200Bple', 'evil.example'],
  ['例え.jp', 'evil.example'],
  ['https://localhost/', 'evil.example'],
  ['127.0.0.1', 'evil.example'],
  ['localhost.example:8080', 'localhost.example'],
  ['ada@bank.example', 'eve@bank.example'],
])('%s names another place than %s', (text, place) => {
  expect(namesOtherHost(text, place)).toBe(true);
});

test.each([
  ['https://example.com/docs', 'example.com'],
  ['www.example.com', 'example.com'],
  ['Example.com', 'www.example.com'],
  ['例え.jp', 'xn--r8jz45g.jp'],
  ['the docs', 'example.com'],
  ['Node.js', 'nodejs.org'],
  ['web/next.config.ts', 'github.com'],
  ['version 1.2.3', 'example.com'],
  ['e.g. this', 'example.com'],
  ['https://example.com/a.b/c.d', 'example.com'],
  ['https://example.com/?q=bank.example', 'example.com'],
  ['ada@example.com', 'ada@example.com'],
  ['詳細。続き', 'example.com'],
  ['Ada: 3.14, 10:30', 'example.com'],
])('%s names no other place than %s', (text, place) => {
  expect(namesOtherHost(text, place)).toBe(false);
});
