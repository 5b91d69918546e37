import { expect, test } from 'vitest';
import { isSendKey } from './send-key.ts';

const enter = {
  key: 'Enter',
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  isComposing: false,
  keyCode: 13,
};

test('Enter sends, unless the reader prefers it with Ctrl or the command key', () => {
  expect(isSendKey(enter, 'enter')).toBe(true);
  expect(isSendKey({ ...enter, ctrlKey: true }, 'enter')).toBe(true);
  expect(isSendKey(enter, 'ctrl-enter')).toBe(false);
  expect(isSendKey({ ...enter, ctrlKey: true }, 'ctrl-enter')).toBe(true);
  expect(isSendKey({ ...enter, metaKey: true }, 'ctrl-enter')).toBe(true);
});

test.each(['enter', 'ctrl-enter'] as const)(
  'with %s, nothing is sent while an input method is composing, or with Shift',
  (sendWith) => {
    const pressed = { ...enter, ctrlKey: true };
    expect(isSendKey({ ...pressed, isComposing: true }, sendWith)).toBe(false);
    expect(isSendKey({ ...pressed, keyCode: 229 }, sendWith)).toBe(false);
    expect(isSendKey({ ...pressed, shiftKey: true }, sendWith)).toBe(false);
    expect(isSendKey({ ...pressed, key: 'a' }, sendWith)).toBe(false);
  },
);
