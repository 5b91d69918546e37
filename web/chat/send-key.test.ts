import { expect, test } from 'vitest';
import { isSendKey } from './send-key.ts';

const enter = { key: 'Enter', shiftKey: false, isComposing: false, keyCode: 13 };

test('Enter sends, and Shift with Enter makes a line', () => {
  expect(isSendKey(enter)).toBe(true);
  expect(isSendKey({ ...enter, shiftKey: true })).toBe(false);
  expect(isSendKey({ ...enter, ctrlKey: true })).toBe(true);
});

test('whoever sends with Ctrl or ⌘ makes a line with Enter', () => {
  expect(isSendKey(enter, 'ctrl-enter')).toBe(false);
  expect(isSendKey({ ...enter, ctrlKey: true }, 'ctrl-enter')).toBe(true);
  expect(isSendKey({ ...enter, metaKey: true }, 'ctrl-enter')).toBe(true);
});

test('Enter confirms the text of an input method', () => {
  for (const sendWith of ['enter', 'ctrl-enter'] as const) {
    const composing = { ...enter, ctrlKey: true, isComposing: true };
    expect(isSendKey(composing, sendWith)).toBe(false);
    expect(isSendKey({ ...enter, ctrlKey: true, keyCode: 229 }, sendWith)).toBe(false);
  }
});
