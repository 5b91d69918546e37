import { ownerOf } from '#domain/identity.ts';
import type { TextEvent } from '#domain/model/native-model.ts';
import type { ChatSessions } from '#domain/conversation/chat-sessions.ts';
import { ChatError } from '#domain/errors.ts';
import { estimateMessages } from '#domain/model/estimate-tokens.ts';
import { assistantMessage, userMessage, type Message } from '#domain/conversation/message.ts';
import { meteredStream, type SpendingPorts } from '#domain/spending/metered-call.ts';
import { toEstimatedUsage } from '#domain/conversation/usage.ts';
import { awaitFirstText, textHeaders, textOf } from '#lambda/model/answer-text.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#lambda/runtime/http.ts';
import { newId } from '#lambda/runtime/ids.ts';
import { logAbout } from '#lambda/runtime/log-names.ts';
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

/** How many messages of a session the model is shown: the newest ones. */
const messagesShown = 40;

/** The owner of direct invocations. IAM decides who may invoke the function. */
const directOwner = 'invoke';

/** Answers `POST` with streamed text, and `GET ?input_text=…` with the whole answer as JSON. */
export async function answerLangChain(
  ports: LangChainPorts,
  policy: LangChainPolicy,
  request: HttpRequest,
  invocation: Invocation,
): Promise<HttpResponse> {
  const owner = ownerOf(request.caller, false);
  const headers = { 'x-request-id': invocation.requestId, 'cache-control': 'no-store' };
  switch (request.method) {
    case 'POST': {
      const session = await openSession(ports, owner, parseLangChainPost(request.body));
      const body = await awaitFirstText(session.answer(policy, invocation));
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
      throw new ChatError('not_found', 'Use POST, or GET with ?input_text=.');
  }
}

/** Answers a direct invocation, `{"input_text","session_id"?}`. */
export async function answerLangChainDirect(
  ports: LangChainPorts,
  policy: LangChainPolicy,
  event: unknown,
  invocation: Invocation,
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
  /** Emits the text of the answer, and ends when it is stored. */
  answer(policy: LangChainPolicy, invocation: Invocation): AsyncGenerator<string>;
}

async function openSession(
  ports: LangChainPorts,
  owner: string,
  { text: prompt, sessionId = newId(ports.clock.now()) }: LangChainRequest,
): Promise<Session> {
  logAbout({ owner, conversationId: sessionId });
  const earlier = await ports.sessions.read(owner, sessionId);
  const question = userMessage(prompt);
  const shown = [...earlier.slice(-messagesShown), question];
  return {
    sessionId,
    async *answer({ models: [modelId], maxOutputTokens }, { signal }) {
      const max = toEstimatedUsage(estimateMessages(shown), maxOutputTokens);
      const call = { owner, id: newId(ports.clock.now()), modelId, max };
      // The question is stored first, so that no later error loses it.
      await ports.sessions.append(owner, sessionId, [question]);
      let answer = '';
      const events = meteredStream(ports, call, () => ports.chain(shown, signal));
      for await (const text of textOf(events)) {
        answer += text;
        yield text;
      }
      await ports.sessions.append(owner, sessionId, [assistantMessage(answer)]);
    },
  };
}
