import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TurnEvent } from '#domain/conversation/stream-event.ts';
import { listen } from '#local/process/listen.ts';
import { createUiEncoding } from '#protocol/turn/ui-message-stream.ts';
import { longAnswer, storedTurns } from './answer.ts';

/** How many turns the stored conversation has, and how many of them a page. */
const storedCount = 150;
const pageSize = 30;

export interface PageUpstream {
  readonly url: string;
  /** Sets how many tokens the answers have, and how many come in a second. */
  setAnswer(answer: { readonly tokens: number; readonly perSecond: number }): void;
  close(): void;
}

/**
 * Starts a server that answers as the functions do that a page calls: one long answer at an even
 * pace, and one conversation of 300 messages. `files` are served besides.
 */
export async function startPageUpstream(
  port: number,
  files: Readonly<Record<string, readonly [type: string, content: string]>>,
): Promise<PageUpstream> {
  let answer = { tokens: 0, perSecond: 1 };
  const turns = storedTurns(storedCount);
  const server = http.createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const file = files[pathname];
    if (file !== undefined) {
      const [type, content] = file;
      response.writeHead(200, { 'content-type': type }).end(content);
    } else if (request.method === 'POST') {
      stream(request, response, answer).catch(() => response.destroy());
    } else if (pathname === '/conversations') {
      sendJson(response, { conversations: [conversation] });
    } else if (pathname === '/conversations/long') {
      const end = Number(searchParams.get('cursor') ?? storedCount);
      const begin = Math.max(0, end - pageSize);
      sendJson(response, {
        ...conversation,
        head_turn_id: `t${storedCount - 1}`,
        turns: turns.slice(begin, end),
        ...(begin === 0 ? {} : { cursor: String(begin) }),
      });
    } else {
      response.writeHead(404).end();
    }
  });
  const bound = await listen(server, { port, option: '--upstream-port' });
  return {
    url: `http://127.0.0.1:${bound}`,
    setAnswer: (next) => (answer = next),
    close: () => server.close().closeAllConnections(),
  };
}

const conversation = {
  conversation_id: 'long',
  title: 'A long conversation',
  created_at: '2026-11-30T00:00:00.000Z',
  updated_at: '2026-11-30T00:00:00.000Z',
};

function sendJson(response: ServerResponse, body: object): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** Streams an answer at an even pace, whatever the timers of this process do. */
async function stream(
  request: IncomingMessage,
  response: ServerResponse,
  { tokens, perSecond }: { readonly tokens: number; readonly perSecond: number },
): Promise<void> {
  request.resume();
  const encoding = createUiEncoding('bench');
  const write = (event: TurnEvent): void => void response.write(encoding.encode(event));
  response.writeHead(200, { 'content-type': encoding.contentType, ...encoding.headers });
  write({ type: 'turn-start', turnId: 't-new', conversationId: 'new', modelId: 'any' });
  write({ type: 'message-start' });
  const begin = performance.now();
  let sent = 0;
  for (const text of longAnswer(tokens)) {
    const dueMs = (sent * 1_000) / perSecond - (performance.now() - begin);
    if (dueMs > 1) await sleep(dueMs);
    if (response.destroyed) return;
    write({ type: 'text-delta', index: 0, text });
    sent += 1;
  }
  write({ type: 'block-stop', index: 0 });
  write({ type: 'message-stop', stopReason: 'end_turn' });
  write({ type: 'turn-stop', stopReason: 'end_turn' });
  response.end();
}
