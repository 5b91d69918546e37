import { ownerOf } from '#domain/identity.ts';
import type { TextEvent } from '#domain/model/native-model.ts';
import type { ChatSessions } from '#domain/conversation/chat-sessions.ts';
import { ChatError, toChatError } from '#domain/errors.ts';
import { accumulate, emptyAnswer, type Answer } from '#domain/conversation/accumulate.ts';
import {
  assistantMessage,
  messageText,
  userMessage,
  type Message,
} from '#domain/conversation/message.ts';
import { attributeRefusals, notTheCallers } from '#domain/chat/refusals.ts';
import { textModel } from '#domain/chat/text-model.ts';
import type { HttpRequest, HttpResponse, Invocation } from '#api/http/http.ts';
import { derivedId, newId } from '#api/http/ids.ts';
import { logAbout } from '#api/log/log-names.ts';
import {
  answerText,
  startOneShot,
  type OneShotPorts,
  type StartedTurn,
} from '#api/turn/run-one-shot.ts';
import { toTurnResponse } from '#api/turn/turn-response.ts';
import {
  parseIdempotencyKey,
  parseLangChainInput,
  parseLangChainPost,
  type LangChainRequest,
} from '#protocol/model/langchain-request.ts';

export interface LangChainPorts extends OneShotPorts {
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
  const call = {
    owner: ownerOf(request.caller, false),
    idempotencyKey: request.headers['idempotency-key'],
    invocation,
  };
  switch (request.method) {
    case 'POST': {
      const turn = await startSession(ports, policy, parseLangChainPost(request.body), call);
      return inSession(turn, await toTurnResponse(turn.events, { ...turn, format: 'text' }));
    }
    case 'GET': {
      const turn = await startSession(ports, policy, parseLangChainInput(request.query), call);
      const toJson: typeof answerText = (answer) => {
        return JSON.stringify(toResult(turn, answer));
      };
      return inSession(
        turn,
        await toTurnResponse(turn.events, { ...turn, format: 'json', toJson }),
      );
    }
    default:
      throw new ChatError('not_found', 'Use POST, or GET with ?input_text=.');
  }
}

function inSession({ sessionId }: SessionTurn, response: HttpResponse): HttpResponse {
  const headers = { ...response.headers, 'x-streambed-session-id': sessionId };
  return { ...response, headers };
}

/** Answers a direct invocation, `{"input_text","session_id"?,"idempotency_key"?}`. */
export async function answerLangChainDirect(
  ports: LangChainPorts,
  policy: LangChainPolicy,
  event: unknown,
  invocation: Invocation,
): Promise<object> {
  const idempotencyKey = parseIdempotencyKey(event);
  const call = { owner: directOwner, idempotencyKey, invocation };
  const turn = await startSession(ports, policy, parseLangChainInput(event), call);
  try {
    return toResult(turn, await wholeAnswer(turn));
  } finally {
    await turn.ended;
  }
}

async function wholeAnswer({ events }: StartedTurn): Promise<Answer> {
  let answer = emptyAnswer;
  for await (const event of events) {
    if (event.type === 'error') throw event.error;
    if (event.type !== 'turn-start' && event.type !== 'turn-stop') {
      answer = accumulate(answer, event);
    }
  }
  return answer;
}

/** An answer that stopped before its own end says why. */
function toResult({ sessionId }: SessionTurn, answer: Answer): object {
  const { stopReason = 'end_turn' } = answer;
  const stop = stopReason === 'end_turn' ? {} : { stop_reason: stopReason };
  return { session_id: sessionId, output_text: answerText(answer), ...stop };
}

interface SessionCall {
  readonly owner: string;
  readonly idempotencyKey: string | undefined;
  readonly invocation: Invocation;
}

interface SessionTurn extends StartedTurn {
  readonly sessionId: string;
}

/** Starts a turn in a session. A repeated request finds the session that the first one began. */
async function startSession(
  ports: LangChainPorts,
  { models: [modelId], maxOutputTokens: maxTokens }: LangChainPolicy,
  { text, sessionId: requested }: LangChainRequest,
  { owner, idempotencyKey: key, invocation }: SessionCall,
): Promise<SessionTurn> {
  const api = 'langchain';
  const created = key === undefined ? newId(ports.clock.now()) : derivedId(owner, api, key, 'new');
  const sessionId = requested ?? created;
  logAbout({ owner, conversationId: sessionId });
  const question = userMessage(text);
  // An error here must not keep a repeated request from its answer, so only a new turn throws it.
  const earlier = await ports.sessions.read(owner, sessionId).catch(toChatError);
  const messages = earlier instanceof ChatError ? [] : earlier.slice(-messagesShown);
  const isAsked = isUnanswered(messages, question);
  const shown = isAsked ? messages : [...messages, question];
  const identity = [text, requested];
  const turn = startOneShot(
    ports,
    {
      owner,
      api,
      route: api,
      idempotencyKey: key,
      identity,
      modelId,
      messages: shown,
      maxTokens,
    },
    invocation,
    textModel(async function* answer(signal) {
      if (earlier instanceof ChatError) throw earlier;
      // The question is stored first, so that no later error loses it.
      if (!isAsked) await ports.sessions.append(owner, sessionId, [question]);
      let output = '';
      for await (const event of attributeRefusals(ports.chain(shown, signal), notTheCallers)) {
        if (event.type === 'text') output += event.text;
        yield event;
      }
      await ports.sessions.append(owner, sessionId, [assistantMessage(output)]);
    }),
  );
  return { ...turn, sessionId };
}

/** A request that failed has stored its question, and may be repeated. */
function isUnanswered(messages: readonly Message[], question: Message): boolean {
  const last = messages.at(-1);
  return last?.role === 'user' && messageText(last) === messageText(question);
}
