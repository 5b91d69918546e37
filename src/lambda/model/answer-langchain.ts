import type { TextEvent } from '#domain/model/native-model.ts';
import type { ChatSessions } from '#domain/conversation/chat-sessions.ts';
import { ChatError } from '#domain/errors.ts';
import { estimateMessages } from '#domain/model/estimate-tokens.ts';
import { assistantMessage, userMessage, type Message } from '#domain/conversation/message.ts';
import { meteredStream, type SpendingPorts } from '#domain/spending/metered-call.ts';
import { estimated } from '#domain/conversation/usage.ts';
import { begunText, textHeaders, textOf } from '#lambda/model/answer-text.ts';
import { ownerOf } from '#lambda/runtime/http-event.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { newId } from '#lambda/runtime/new-id.ts';
import {
  parseLangChainInput,
  parseLangChainPost,
  type LangChainRequest,
} from '#protocol/model/langchain-request.ts';

export interface LangChainPorts extends SpendingPorts {
  readonly sessions: ChatSessions;
  chain(messages: readonly Message[], signal: AbortSignal): AsyncIterable<TextEvent>;
}

export interface LangChainPolicy {
  readonly models: readonly [string, ...string[]];
  readonly maxOutputTokens: number;
}

/** How many messages of a session the model is shown, the newest. */
const messagesShown = 40;

/** Who invokes the function without a door: whoever may, by IAM. */
const directOwner = 'invoke';

/** Answers `POST` with streamed text, and `GET ?input_text=…` with the whole answer. */
export async function answerLangChain(
  ports: LangChainPorts,
  policy: LangChainPolicy,
  { request, invocation }: { readonly request: HttpRequest; readonly invocation: Invocation },
): Promise<HttpResponse> {
  const owner = ownerOf(request.caller, false);
  const headers = { 'x-request-id': invocation.requestId, 'cache-control': 'no-store' };
  switch (request.method) {
    case 'POST': {
      const session = await openSession(ports, owner, parseLangChainPost(request.body));
      const body = await begunText(session.answer(policy, invocation));
      const named = { 'x-streambed-session-id': session.sessionId };
      return { status: 200, headers: { ...headers, ...textHeaders, ...named }, body };
    }
    case 'GET': {
      const session = await openSession(ports, owner, parseLangChainInput(request.query));
      const answer = await wholeAnswer(session, policy, invocation);
      const json = { ...headers, 'content-type': 'application/json' };
      return { status: 200, headers: json, body: JSON.stringify(answer) };
    }
    default:
      throw new ChatError('not_found', 'Nothing is here. Ask by POST, or GET ?input_text=.');
  }
}

/** Answers a direct invocation, `{"input_text","session_id"?}`. */
export async function answerLangChainDirect(
  ports: LangChainPorts,
  policy: LangChainPolicy,
  { event, invocation }: { readonly event: unknown; readonly invocation: Invocation },
): Promise<object> {
  const session = await openSession(ports, directOwner, parseLangChainInput(event));
  return wholeAnswer(session, policy, invocation);
}

async function wholeAnswer(
  session: Session,
  policy: LangChainPolicy,
  invocation: Invocation,
): Promise<object> {
  const text = (await Array.fromAsync(session.answer(policy, invocation))).join('');
  return { session_id: session.sessionId, output_text: text };
}

interface Session {
  readonly sessionId: string;
  /** The answer's text, which ends when it is kept. */
  answer(policy: LangChainPolicy, invocation: Invocation): AsyncGenerator<string>;
}

async function openSession(
  ports: LangChainPorts,
  owner: string,
  { text, sessionId = newId(ports.clock.now()) }: LangChainRequest,
): Promise<Session> {
  const before = await ports.sessions.read(owner, sessionId);
  const question = userMessage(text);
  const shown = [...before.slice(-messagesShown), question];
  return {
    sessionId,
    async *answer({ models: [modelId], maxOutputTokens }, { signal }) {
      const max = estimated(estimateMessages(shown), maxOutputTokens);
      const use = { owner, id: newId(ports.clock.now()), modelId, max };
      // The question is kept first, so that nothing that happens later loses it.
      await ports.sessions.append(owner, sessionId, [question]);
      let said = '';
      const events = meteredStream(ports, use, () => ports.chain(shown, signal));
      for await (const piece of textOf(events)) {
        said += piece;
        yield piece;
      }
      await ports.sessions.append(owner, sessionId, [assistantMessage(said)]);
    },
  };
}
