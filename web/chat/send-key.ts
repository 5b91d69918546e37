/** Whether the reader types on glass, where Enter makes a line: there is no Shift to hold. */
export function hasTouchKeyboard(): boolean {
  return window.matchMedia('(pointer: coarse)').matches;
}

/**
 * Whether a key press sends the message. Enter does, unless Shift is held or an input method is
 * composing text. Safari ends the composition before it reports the key, with key code 229.
 */
export function isSendKey(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'isComposing' | 'keyCode'>,
): boolean {
  if (event.isComposing || event.keyCode === 229) return false;
  return event.key === 'Enter' && !event.shiftKey;
}
