import { expect, test } from 'vitest';
import { commandOf } from './shortcuts.ts';

const press = (key: string, keys: Partial<Parameters<typeof commandOf>[0]> = {}) => ({
  key,
  code: `Key${key.toUpperCase()}`,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  isComposing: false,
  keyCode: 0,
  ...keys,
});
const elsewhere = { isMac: false, isInField: false };

test('a command has its keys, with ⌘ on a Mac and Ctrl elsewhere', () => {
  const onMac = { isMac: true, isInField: true };
  expect(commandOf(press('k', { ctrlKey: true }), elsewhere)).toBe('palette');
  expect(commandOf(press('k', { metaKey: true }), elsewhere)).toBeUndefined();
  expect(commandOf(press('k', { metaKey: true }), onMac)).toBe('palette');
  expect(commandOf(press('k', { ctrlKey: true }), onMac)).toBeUndefined();
  expect(commandOf(press('O', { ctrlKey: true, shiftKey: true }), elsewhere)).toBe('new-chat');
  expect(commandOf(press('o', { ctrlKey: true }), elsewhere)).toBeUndefined();
  expect(commandOf(press('k', { ctrlKey: true, altKey: true }), elsewhere)).toBeUndefined();
});

test('a keyboard of another script has the same keys', () => {
  expect(commandOf(press('л', { code: 'KeyK', ctrlKey: true }), elsewhere)).toBe('palette');
});

test('a question mark is text in a field, whatever keys make it', () => {
  expect(commandOf(press('?', { shiftKey: true }), elsewhere)).toBe('shortcuts');
  expect(commandOf(press('?'), elsewhere)).toBe('shortcuts');
  expect(commandOf(press('?', { shiftKey: true }), { ...elsewhere, isInField: true })).toBe(
    undefined,
  );
});

test('no key acts while an input method is composing', () => {
  expect(commandOf(press('k', { ctrlKey: true, isComposing: true }), elsewhere)).toBeUndefined();
  expect(commandOf(press('k', { ctrlKey: true, keyCode: 229 }), elsewhere)).toBeUndefined();
});
