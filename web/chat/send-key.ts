import type { Preferences } from '../preferences/preferences.ts';

/** Whether the reader types on glass, where Enter makes a line: there is no Shift to hold. */
export function hasTouchKeyboard(): boolean {
  return window.matchMedia('(pointer: coarse)').matches;
}

type Key = Pick<
  KeyboardEvent,
  'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'isComposing' | 'keyCode'
>;

/**
 * Whether a key press sends the message, as the reader prefers. No key does while Shift is held or
 * an input method is composing text. Safari ends the composition before it reports the key, with
 * key code 229.
 */
export function isSendKey(event: Key, sendWith: Preferences['sendWith'] = 'enter'): boolean {
  if (event.isComposing || event.keyCode === 229) return false;
  if (event.key !== 'Enter' || event.shiftKey) return false;
  return sendWith === 'enter' || event.ctrlKey || event.metaKey;
}

/** Whether a key press in a field on this device sends its message. */
export function sends(event: Key, sendWith: Preferences['sendWith']): boolean {
  if (!isSendKey(event, sendWith)) return false;
  return event.ctrlKey || event.metaKey || !hasTouchKeyboard();
}
