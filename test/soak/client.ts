import { randomUUID } from 'node:crypto';
import { decodeUiStream } from '#protocol/turn/ui-message-stream.ts';
import { post, type StreambedSystem } from '#test/fixtures/system.ts';
import type { TurnJson } from '#test/fixtures/turn-client.ts';

/** What one client saw of an answer. */
export interface Sight {
  readonly text: string;
  /** Whether the stream said that this is the whole answer. */
  readonly isWhole: boolean;
  /** `complete`, `stopped`, an error code, a status, or `disconnected`. */
  readonly outcome: string;
}

/** One request, and what all of its clients saw. */
export interface SentTurn {
  readonly message: string;
  /** Absent if no response named it. */
  readonly conversation: string | undefined;
  readonly action: Action;
  readonly sights: readonly Sight[];
}

/** What a client does beside reading the answer to its end. */
export const actions = ['read', 'double', 'repeat', 'stop', 'leave', 'resume'] as const;

export type Action = (typeof actions)[number];

const uiHeaders = { accept: 'text/event-stream' };

/** Sends a message as a client that does this, and returns what it saw. */
export async function sendTurn(
  system: StreambedSystem,
  action: Action,
  request: { readonly conversation?: string | undefined; readonly message: string },
): Promise<SentTurn> {
  const { message } = request;
  let { conversation } = request;
  const headers = { 'idempotency-key': randomUUID(), ...uiHeaders };
  const body = { message, conversation_id: conversation };
  const send = (leave?: Leave): Promise<Sight> =>
    read(async (signal) => {
      const response = await system.api('/chat/stream', post(body, { headers, signal }));
      conversation ??= response.headers.get('x-streambed-conversation-id') ?? undefined;
      return response;
    }, leave);
  const sights = await act(system, action, conversation ?? '', send);
  return { message, conversation, action, sights };
}

async function act(
  system: StreambedSystem,
  action: Action,
  conversation: string,
  send: (leave?: Leave) => Promise<Sight>,
): Promise<readonly Sight[]> {
  switch (action) {
    case 'read':
      return [await send()];
    case 'double':
      return Promise.all([send(), send()]);
    case 'repeat':
      return [await send(), await send()];
    case 'leave':
      return [await send(() => true)];
    case 'stop': {
      let stopping: Promise<unknown> | undefined;
      const sight = await send(() => {
        stopping ??= system.api(`/conversations/${conversation}/stop`, post({})).then(
          (response) => response.text(),
          () => undefined,
        );
        return false;
      });
      await stopping;
      return [sight];
    }
    case 'resume': {
      const first = await send(() => true);
      // A message that was not accepted has no answer to resume.
      if (first.text === '') return [first];
      const path = `/conversations/${conversation}/stream`;
      const rest = await read((signal) => system.api(path, { headers: uiHeaders, signal }));
      return [first, rest];
    }
  }
}

/** Called when some text has arrived. Returns whether the client leaves. */
type Leave = () => boolean;

/** Sends a message to a new conversation through the REST API or the Function URL. */
export async function sendOnce(
  system: StreambedSystem,
  route: 'api' | 'url',
  message: string,
): Promise<SentTurn> {
  const headers = { 'idempotency-key': randomUUID(), ...uiHeaders };
  let conversation: string | undefined;
  const sight = await read(async (signal) => {
    const init = post({ message }, { headers, signal });
    const response = await (route === 'api'
      ? system.api('/chat/stream', init)
      : system.signed('ChatFunction', 'chat/stream', init));
    conversation = response.headers.get('x-streambed-conversation-id') ?? undefined;
    return response;
  });
  return { message, conversation, action: 'read', sights: [sight] };
}

/** Reads an answer to its end, or until the client leaves after some text. */
async function read(
  send: (signal: AbortSignal) => Promise<Response>,
  leave: Leave = () => false,
): Promise<Sight> {
  const controller = new AbortController();
  let text = '';
  let hasLeft = false;
  try {
    const response = await send(controller.signal);
    if (response.status === 204) return { text, isWhole: false, outcome: '204' };
    if (!response.ok || response.body === null) {
      return { text: '', isWhole: false, outcome: await problemOf(response) };
    }
    for await (const event of decodeUiStream(response.body)) {
      if (event.type === 'error') return { text, isWhole: false, outcome: event.error.code };
      if (event.type === 'turn-stop') {
        const isWhole = event.stopReason === 'end_turn';
        return { text, isWhole, outcome: isWhole ? 'complete' : event.stopReason };
      }
      if (event.type !== 'text-delta') continue;
      text += event.text;
      hasLeft = text.length > leaveAfter && leave();
      if (hasLeft) controller.abort();
    }
  } catch {
    return { text, isWhole: false, outcome: hasLeft ? 'left' : 'disconnected' };
  }
  return { text, isWhole: false, outcome: 'disconnected' };
}

/** Clients leave and stop after this many characters. */
const leaveAfter = 60;

async function problemOf(response: Response): Promise<string> {
  const text = await response.text();
  const code = /"code":"(\w+)"/u.exec(text)?.[1] ?? text.slice(0, 60);
  return `${response.status} ${code}`;
}

/** Reads a path of the REST API as the owner of the turns. */
export type Get = (path: string) => Promise<Response>;

/** Waits until no turn of a conversation is live, and returns its turns; as it is after a minute. */
export async function readEndedTurns(get: Get, conversation: string): Promise<readonly TurnJson[]> {
  const untilMs = performance.now() + 60_000;
  for (;;) {
    const page = await (await get(`/conversations/${conversation}`)).json();
    const { turns = [] } = page as { turns?: readonly TurnJson[] };
    const isLive = turns.some(({ state }) => state === 'running');
    if (!isLive || performance.now() > untilMs) return turns;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
