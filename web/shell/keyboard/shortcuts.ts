/** What a shortcut or a line of the palette does to the page as a whole. */
export type CommandName =
  | 'palette'
  | 'new-chat'
  | 'copy-answer'
  | 'behind'
  | 'rail'
  | 'print'
  | 'shortcuts';

/** Keys that are pressed together. `mod` is Ctrl, or ⌘ on a Mac. */
export interface Keys {
  readonly key: string;
  readonly hasMod?: boolean;
  readonly hasShift?: boolean;
}

/** Keys, and the name in the words of the sheet of what they do. */
interface Shortcut extends Keys {
  readonly does: ShortcutName;
  /** Absent if a field or whatever is open reads the keys itself. */
  readonly command?: CommandName;
}

export type ShortcutName =
  | CommandName
  | 'send'
  | 'send-with-mod'
  | 'new-line'
  | 'close-or-stop'
  | 'edit-last';

/** All shortcuts of the page: its handler and the sheet that shows them read this table. */
export const shortcuts: readonly Shortcut[] = [
  { key: 'K', hasMod: true, does: 'palette', command: 'palette' },
  { key: 'O', hasMod: true, hasShift: true, does: 'new-chat', command: 'new-chat' },
  { key: 'C', hasMod: true, hasShift: true, does: 'copy-answer', command: 'copy-answer' },
  { key: 'I', hasMod: true, does: 'behind', command: 'behind' },
  { key: 'B', hasMod: true, does: 'rail', command: 'rail' },
  { key: 'P', hasMod: true, does: 'print', command: 'print' },
  { key: '?', does: 'shortcuts', command: 'shortcuts' },
  { key: 'Enter', does: 'send' },
  { key: 'Enter', hasMod: true, does: 'send-with-mod' },
  { key: 'Enter', hasShift: true, does: 'new-line' },
  { key: '↑', does: 'edit-last' },
  { key: 'Esc', does: 'close-or-stop' },
];

/** Returns the keys of a command; undefined if it has none. */
export function keysOf(command: CommandName): Keys | undefined {
  return shortcuts.find((shortcut) => shortcut.command === command);
}

type KeyPress = Pick<
  KeyboardEvent,
  'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'isComposing' | 'keyCode'
>;

/**
 * Returns the command of a key press. In a field, a key without Ctrl or ⌘ is text; no key acts while
 * an input method is composing.
 */
export function commandOf(
  press: KeyPress,
  { isMac, isInField }: { readonly isMac: boolean; readonly isInField: boolean },
): CommandName | undefined {
  if (press.isComposing || press.keyCode === 229 || press.altKey) return undefined;
  // On a Mac, Ctrl with a letter moves the caret in a field.
  const [hasMod, hasOther] = isMac
    ? [press.metaKey, press.ctrlKey]
    : [press.ctrlKey, press.metaKey];
  if (hasOther || (isInField && !hasMod)) return undefined;
  return shortcuts.find((each) => {
    const { key, hasMod: needsMod = false, hasShift = false } = each;
    if (needsMod !== hasMod || each.command === undefined) return false;
    // Which keys make a question mark depends on the keyboard.
    return needsMod ? hasShift === press.shiftKey && isKey(press, key) : press.key === key;
  })?.command;
}

/** A keyboard of another script has no Latin letters, but keys in the same places. */
function isKey({ key, code }: KeyPress, letter: string): boolean {
  const isLatin = /^[a-z]$/iu.test(key);
  return isLatin ? key.toUpperCase() === letter : code === `Key${letter}`;
}
