import type { Page } from 'playwright-core';

/** Runs in the browser. Stores a turn and returns the ids of its headers. */
const store = `async (body) => {
  const response = await fetch('/api/chat/stream', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await response.text();
  return {
    conversation_id: response.headers.get('x-streambed-conversation-id'),
    turn_id: response.headers.get('x-streambed-turn-id'),
  };
}`;

interface Stored {
  readonly conversation_id: string;
  readonly turn_id: string;
}

/** Stores a turn as the guest of a page, without showing it. */
export function storeTurn(page: Page, body: Readonly<Record<string, unknown>>): Promise<Stored> {
  return page.evaluate(`(${store})(${JSON.stringify(body)})`);
}
