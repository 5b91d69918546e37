/**
 * Whether a key press sends a message: Enter, unless it makes a new line or confirms what an
 * input method composes. Safari ends the composition before the key press, and says 229 instead.
 */
export function sendsMessage(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'isComposing' | 'keyCode'>,
): boolean {
  if (event.isComposing || event.keyCode === 229) return false;
  return event.key === 'Enter' && !event.shiftKey;
}
