import { useRef, useState } from 'react';

export interface Sending {
  readonly isSending: boolean;
  /**
   * Calls `send` with an idempotency key. A content that is sent again after a failure has the same
   * key, so that it is one request; after a success it has another.
   */
  run(content: object, send: (key: string) => Promise<void>): Promise<void>;
}

/** Sends what a form contains, each content once. */
export function useSending(): Sending {
  const [isSending, setSending] = useState(false);
  const keys = useRef(new Map<string, string>());
  return {
    isSending,
    async run(content, send) {
      const name = JSON.stringify(content);
      const key = keys.current.get(name) ?? crypto.randomUUID();
      keys.current.set(name, key);
      setSending(true);
      try {
        await send(key);
        keys.current.delete(name);
      } finally {
        setSending(false);
      }
    },
  };
}
