import { ChatError } from '#domain/errors.ts';
import type { OpenTurn } from '#domain/turn/open-turn.ts';
import { summarizeHistory } from '#domain/turn/extra-calls/summarize-history.ts';
import { titleConversation } from '#domain/turn/extra-calls/title-conversation.ts';
import type { TurnPorts, TurnRequest } from '#domain/turn/turn-request.ts';

/** What models are asked beside an answer. */
export interface ExtraCalls {
  /** Waits for the calls once the answer has ended. Never throws. */
  finish(): Promise<void>;
}

/** How long a title may take after the answer: an answer in one piece waits for it. */
const titleGraceMs = 3_000;

/** Starts what models are asked beside an answer: a summary of its history, and a title. */
export function startExtraCalls(
  ports: TurnPorts,
  request: TurnRequest,
  opened: OpenTurn,
): ExtraCalls {
  const late = new AbortController();
  const signal = AbortSignal.any([request.signal, late.signal]);
  const summary = summarize(ports, request, opened);
  const title = titleConversation(ports, request, opened, signal);
  return {
    async finish() {
      const titled = new AbortController();
      void title.then(() => titled.abort());
      await ports.clock.sleep(titleGraceMs, titled.signal);
      late.abort(new ChatError('timed_out', 'The title took too long.'));
      await Promise.all([summary, title]);
    },
  };
}

async function summarize(ports: TurnPorts, request: TurnRequest, opened: OpenTurn): Promise<void> {
  const { key, history } = opened;
  // An agent keeps its own history.
  if (key === undefined || request.extensions.agent !== undefined) return;
  await summarizeHistory(ports, request, { key, history });
}
