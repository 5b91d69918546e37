/** Collects what a user may want to know about a system, and prints the important part. */
export interface Notices {
  /** Records and prints a message about a difference that the user must know. */
  warn(message: string): void;
  /** Records a message about a difference without consequences here. */
  note(message: string): void;
  /** Returns all messages so far. */
  all(): readonly string[];
}

/** Returns notices that print each warning once, however often it is reported. */
export function createNotices(log: (line: string) => void): Notices {
  const messages = new Set<string>();
  return {
    warn(message) {
      if (!messages.has(message)) log(`! ${message}`);
      messages.add(message);
    },
    note: (message) => messages.add(message),
    all: () => [...messages],
  };
}
