import type { Usage } from '#domain/conversation/usage.ts';
import { fromUsageJson } from '#protocol/conversation/usage-json.ts';
import type { TurnJson } from '#protocol/conversation/conversation-schema.ts';
import type { TurnView } from '../chat/turn/turn-view.ts';
import type { Arrivals } from './arrivals/arrivals.ts';
import type { SpanJson } from './timeline/spans-json.ts';
import { endOf, rowsOfArrivals, rowsOfSpans, type Row } from './timeline/timeline.ts';
import type { TraceFacts } from './timeline/trace-facts.ts';
import type { Loaded } from './use-turn-facts.ts';

/** Everything that the panel knows of a turn. */
export interface TurnSources {
  /** What this tab saw; undefined if it did not watch the turn. */
  readonly arrivals: Arrivals | undefined;
  readonly stored: Loaded<TurnJson>;
  /** Absent where the system is not local, or has no trace of the turn. */
  readonly spans: Loaded<readonly SpanJson[]>;
  readonly facts: TraceFacts | undefined;
  /** The turn as the page shows it, once its answer has ended. */
  readonly ended: TurnView | undefined;
  readonly isLocal: boolean;
  readonly isBilled: boolean;
}

/** Returns the tokens of a turn, once they are known. */
export function usageOf({ ended, stored }: TurnSources): Usage | undefined {
  const json = stored.type === 'loaded' ? stored.value.usage : undefined;
  return ended?.answer.usage ?? (json === undefined ? undefined : fromUsageJson(json));
}

/** Returns the id of the model that answered. */
export function modelOf({ ended, stored, facts }: TurnSources): string | undefined {
  return (
    facts?.model ?? ended?.modelId ?? (stored.type === 'loaded' ? stored.value.model : undefined)
  );
}

/** Returns what a turn cost in US dollars, once it is known. */
export function costOf({ ended, stored }: TurnSources): number | undefined {
  return ended?.costUsd ?? (stored.type === 'loaded' ? stored.value.cost_usd : undefined);
}

/**
 * Returns when the first part was there and how long the answer took, in milliseconds: as this tab
 * saw it, or else as the function measured it, or as it is stored.
 */
export function timesOf({ arrivals, facts, ended }: TurnSources): {
  readonly firstMs: number | undefined;
  readonly totalMs: number | undefined;
  readonly writingMs: number | undefined;
} {
  if (arrivals?.isWhole === true) {
    const { firstMs, lastMs, endMs } = arrivals;
    const isKnown = firstMs !== undefined && lastMs !== undefined;
    return { firstMs, totalMs: endMs, writingMs: isKnown ? lastMs - firstMs : undefined };
  }
  const { firstMs, durationMs = ended?.durationMs } = facts ?? {};
  const isKnown = firstMs !== undefined && durationMs !== undefined;
  return { firstMs, totalMs: durationMs, writingMs: isKnown ? durationMs - firstMs : undefined };
}

/** Returns the rows of the timeline, and when the last one ends. */
export function timelineOf({ arrivals, spans, facts, ended }: TurnSources): {
  readonly rows: readonly Row[];
  readonly endMs: number;
} {
  const seen = arrivals === undefined ? rowsOfStored(ended) : rowsOfArrivals(arrivals);
  if (spans.type !== 'loaded' || facts === undefined) {
    return { rows: seen, endMs: arrivals?.endMs ?? endOf(seen) };
  }
  // The clocks are the same: only a local system has spans to show.
  const startedAtMs = arrivals?.isWhole === true ? arrivals.startedAtMs : facts.receivedAtMs;
  const sentMs = facts.receivedAtMs - startedAtMs;
  const rows = [
    ...(sentMs >= 1 ? [{ name: 'request' as const, bars: [{ fromMs: 0, toMs: sentMs }] }] : []),
    ...rowsOfSpans(spans.value, startedAtMs),
    ...(arrivals?.isWhole === true ? seen.filter(({ name }) => name === 'arriving') : []),
  ];
  return { rows, endMs: endOf(rows) };
}

/** Of a turn that nothing watched, only its beginning and its end are stored. */
function rowsOfStored(ended: TurnView | undefined): readonly Row[] {
  const toMs = ended?.durationMs;
  return toMs === undefined ? [] : [{ name: 'answer', bars: [{ fromMs: 0, toMs }] }];
}
