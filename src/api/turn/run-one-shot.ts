import { toMessage, type Answer } from '#domain/conversation/accumulate.ts';
import { messageText } from '#domain/conversation/message.ts';
import { planOneShot, type OneShotRequest } from '#domain/chat/plan-one-shot.ts';
import type { Model } from '#domain/model/model.ts';
import { runDetached, type DetachedTurn } from '#domain/turn/run-detached.ts';
import { runTurn } from '#domain/turn/run-turn.ts';
import type { TurnPorts } from '#domain/turn/turn-request.ts';
import type { Invocation } from '#api/http/http.ts';
import { ids } from '#api/http/ids.ts';
import { loggedTurn, type TurnOrigin } from '#api/turn/log-turn.ts';

/** What turns need besides a model. */
export type OneShotPorts = Omit<TurnPorts, 'model'>;

/** A one-shot request, and where it comes from. */
type OneShot = Omit<OneShotRequest, 'signal' | 'endsAtMs'> & Omit<TurnOrigin, 'invocation'>;

/** A turn that has started, and what its response needs of it. */
export interface StartedTurn extends DetachedTurn {
  readonly requestId: string;
}

/**
 * Starts the turn of a one-shot request, which goes on without a reader. A repeated request with
 * its key gets the same turn. Throws `invalid_request` for a malformed key.
 */
export function startOneShot(
  ports: OneShotPorts,
  { route, isWhole, ...request }: OneShot,
  invocation: Invocation,
  model: Model,
): StartedTurn {
  const { requestId, signal, endsAtMs } = invocation;
  const planned = planOneShot({ ...ports, ids }, { ...request, signal, endsAtMs });
  const turn = loggedTurn(planned, { route, isWhole, invocation });
  const { events, ended } = runDetached(runTurn({ ...ports, model }, turn));
  return { events, ended, requestId };
}

/** Returns the text of an answer. */
export function answerText(answer: Answer): string {
  return messageText(toMessage(answer));
}
