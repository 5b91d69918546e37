import type { IconName } from '../../../parts/icon.tsx';
import { canContinue, type TurnProblem, type TurnView } from '../turn-view.ts';
import type { EndingText, EndingWords } from './words.ts';

export type EndingAction =
  | 'continue'
  | 'regenerate'
  | 'try-again'
  | 'edit'
  | 'new-chat'
  | 'see-spending'
  | 'sign-in'
  | 'cancel';

/**
 * Who or what ended an answer: a person or a length (`plain`), the system (`wait`), or a failure
 * that left no answer (`bad`).
 */
export type EndingKind = 'plain' | 'wait' | 'bad';

/** How an answer ended, if it did not simply come to its end. */
export interface Ending extends EndingText {
  readonly kind: EndingKind;
  readonly icon: IconName;
  readonly actions: readonly EndingAction[];
  /** When the same request may succeed, by this browser's clock. */
  readonly retryAtMs?: number | undefined;
  /** For whoever runs the system. */
  readonly details?: EndingDetails;
}

export interface EndingDetails {
  readonly code: string;
  readonly requestId?: string | undefined;
}

/** Returns in words how an answer ended; undefined if it simply came to its end. */
export function endingOf(turn: TurnView, words: EndingWords): Ending | undefined {
  const { problem, answer } = turn;
  if (turn.state !== 'settled') return undefined;
  if (problem !== undefined) return problemEnding(turn, problem, words);
  const { stopReason = 'end_turn', content } = answer;
  const isOwnEnd = stopReason === 'end_turn' || stopReason === 'stop_sequence';
  if (isOwnEnd && content.length > 0) return undefined;
  return stopEnding(isOwnEnd ? 'empty' : stopReason, turn, words);
}

/** How each stop reason is shown. A reason that is not here is the model's own end. */
const stops: Readonly<
  Record<string, { kind: EndingKind; icon: IconName; actions: readonly EndingAction[] }>
> = {
  stopped: { kind: 'plain', icon: 'halt', actions: ['continue'] },
  max_tokens: { kind: 'plain', icon: 'more', actions: ['continue'] },
  model_context_window_exceeded: { kind: 'plain', icon: 'book', actions: ['new-chat'] },
  refusal: { kind: 'plain', icon: 'halt', actions: ['edit'] },
  empty: { kind: 'plain', icon: 'alert', actions: ['regenerate'] },
  guardrail_intervened: { kind: 'wait', icon: 'shield', actions: ['edit'] },
  content_filtered: { kind: 'wait', icon: 'shield', actions: ['edit', 'regenerate'] },
  tool_use: { kind: 'plain', icon: 'plug', actions: [] },
  malformed_model_output: { kind: 'wait', icon: 'cut', actions: ['regenerate'] },
  malformed_tool_use: { kind: 'wait', icon: 'cut', actions: ['regenerate'] },
};

function stopEnding(reason: string, turn: TurnView, words: EndingWords): Ending | undefined {
  const stop = stops[reason];
  const text = words.stops.get(reason);
  if (stop === undefined || text === undefined) return undefined;
  const actions = stop.actions.filter((action) => action !== 'continue' || canContinue(turn));
  return {
    ...text,
    ...stop,
    actions: actions.length === 0 && stop.actions.length > 0 ? ['regenerate'] : actions,
  };
}

function problemEnding(turn: TurnView, problem: TurnProblem, words: EndingWords): Ending {
  const { reason, requestId, detail } = problem;
  const details = { code: reason, requestId };
  const filtered = reason === 'content_filtered' ? stopEnding(reason, turn, words) : undefined;
  if (filtered !== undefined) return { ...filtered, details };
  const actions = problemActions(turn, problem);
  if (turn.answer.content.length > 0) return { ...cutEnding(problem, words), actions, details };
  const saved = turn.turnId === undefined ? words.notSent : words.messageSaved;
  if (reason === 'quota_exceeded') return { ...limitEnding(problem, saved, words), details };
  if (reason === 'conflict') {
    const { what, next: text = '' } = words.problems.conflict;
    return { kind: 'wait', icon: 'clock', title: what, text, actions, details };
  }
  if (reason === 'forbidden') {
    // The page is set up wrong, and the server's own words name the cure.
    return { kind: 'bad', icon: 'alert', title: detail ?? '', text: saved, actions: [], details };
  }
  const end = systemEnd(reason, words);
  if (end !== undefined) return { ...end, text: saved, actions, details };
  const { retryAtMs } = problem;
  const title = words.problems[reason].what;
  return { kind: 'bad', icon: 'alert', title, text: saved, actions, details, retryAtMs };
}

type Look = Pick<Ending, 'kind' | 'icon' | 'title'>;

/** What the system has ended is no failure of the model, whether or not words arrived. */
function systemEnd(reason: TurnProblem['reason'], words: EndingWords): Look | undefined {
  if (reason === 'interrupted')
    return { kind: 'wait', icon: 'again', title: words.problems.interrupted.what };
  if (reason === 'timed_out')
    return { kind: 'wait', icon: 'clock', title: words.problems.timed_out.what };
  return undefined;
}

/** What arrived is an answer, even if it is not whole. */
function cutEnding({ reason }: TurnProblem, words: EndingWords): Look & Pick<Ending, 'text'> {
  const text = words.answerSaved;
  const end = systemEnd(reason, words);
  if (end !== undefined) return { ...end, text };
  const isPlain = reason === 'model_error' || reason === 'forbidden';
  const why = isPlain ? undefined : words.problems[reason].what;
  const because = why === undefined ? text : words.sentences(why, text);
  return { kind: 'wait', icon: 'cut', title: words.cut, text: because };
}

/** Within this time, a limit is one of requests a minute and not of the day. */
const minuteMs = 60_000;

function limitEnding(
  { retryAtMs, retryable }: TurnProblem,
  saved: string,
  words: EndingWords,
): Ending {
  const limit = { kind: 'wait', icon: 'chart' } as const;
  if (retryAtMs === undefined) {
    const actions = retryable
      ? (['try-again', 'see-spending'] as const)
      : (['see-spending'] as const);
    return { ...limit, title: words.problems.quota_exceeded.what, text: saved, actions };
  }
  const waitMs = retryAtMs - Date.now();
  if (waitMs > 0 && waitMs <= minuteMs) {
    return { ...limit, title: words.minuteLimit, text: saved, actions: ['try-again'], retryAtMs };
  }
  const isOver = waitMs <= 0;
  const resets = words.resets(new Date(retryAtMs));
  return {
    ...limit,
    title: words.dayLimit,
    text: isOver ? saved : words.sentences(saved, resets),
    actions: isOver ? ['try-again'] : ['see-spending'],
  };
}

function problemActions(
  turn: TurnView,
  { reason, retryable, isLost }: TurnProblem,
): EndingAction[] {
  if (isLost === true) return ['try-again'];
  if (reason === 'unauthenticated') return ['sign-in'];
  if (reason === 'not_found') return ['new-chat'];
  if (canContinue(turn)) {
    return reason === 'interrupted' || reason === 'timed_out'
      ? ['continue']
      : ['continue', 'regenerate'];
  }
  if (turn.answer.content.length > 0) return ['regenerate'];
  if (retryable) return ['try-again'];
  return ['edit'];
}
