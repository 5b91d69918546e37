import type { Arrivals } from '../arrivals/arrivals.ts';
import type { SpanJson } from './spans-json.ts';

/** What a row of the timeline shows. */
export type RowName =
  | 'request'
  | 'first'
  | 'arriving'
  | 'limits'
  | 'stored'
  | 'call'
  | 'fallback'
  | 'pause'
  | 'answer'
  | 'search'
  | 'tool'
  | 'agent'
  | 'appends'
  | 'finish'
  | 'settle'
  | 'summary';

export interface Row {
  readonly name: RowName;
  /** Which of several, from 1; of calls of models. */
  readonly attempt?: number;
  /** A tool, an agent or a knowledge base by its name. */
  readonly detail?: string;
  readonly bars: readonly Bar[];
  /** The code of an error. */
  readonly error?: string;
}

/** A part of a row; a moment if both ends are the same. In milliseconds since the request. */
export interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind?: 'bad' | 'pause';
}

/** A turn can have many steps of tools: the rows of the first ones are shown. */
const maxRows = 40;
const maxDots = 60;

/** Returns the rows of a turn from the spans of its trace. `startedAtMs` is when the request was sent. */
export function rowsOfSpans(spans: readonly SpanJson[], startedAtMs: number): readonly Row[] {
  const rows: Row[] = [];
  const moments = new Map<RowName, Bar[]>();
  let [calls, failedAtMs]: [number, number | undefined] = [0, undefined];
  let firstModel: unknown;
  for (const span of spans) {
    const bar = barOf(span, startedAtMs);
    const name = nameOf(span);
    if (name === 'call') {
      if (failedAtMs !== undefined && bar.fromMs - failedAtMs >= 1)
        rows.push(pause(failedAtMs, bar));
      calls += 1;
      const model = span.attributes['gen_ai.request.model'];
      firstModel ??= model;
      const row = { name: model === firstModel ? 'call' : 'fallback', attempt: calls } as const;
      rows.push(...callRows(span, bar, row));
      failedAtMs = span.status === 'error' ? bar.toMs : undefined;
    } else if (name === 'appends') {
      const dots = moments.get(name) ?? [];
      if (dots.length === 0) rows.push({ name, bars: dots });
      moments.set(name, dots);
      if (dots.length < maxDots) dots.push({ fromMs: bar.fromMs, toMs: bar.fromMs });
    } else if (name !== undefined) rows.push(plainRow(name, span, bar));
  }
  return rows.slice(0, maxRows);
}

/** Returns the rows of a turn from what this tab saw of it. */
export function rowsOfArrivals({ firstMs, lastMs, endMs, isWhole }: Arrivals): readonly Row[] {
  const waitedUntilMs = firstMs ?? endMs;
  const rows: Row[] = [];
  if (isWhole && waitedUntilMs !== undefined) {
    rows.push({ name: 'first', bars: [{ fromMs: 0, toMs: waitedUntilMs }] });
  }
  if (firstMs !== undefined) {
    rows.push({ name: 'arriving', bars: [{ fromMs: firstMs, toMs: lastMs ?? firstMs }] });
  }
  return rows;
}

/** Returns when the last bar ends. */
export function endOf(rows: readonly Row[]): number {
  return Math.max(0, ...rows.flatMap(({ bars }) => bars.map(({ toMs }) => toMs)));
}

function barOf({ startedAt, durationMs }: SpanJson, startedAtMs: number): Bar {
  const fromMs = Math.max(0, Date.parse(startedAt) - startedAtMs);
  return { fromMs, toMs: fromMs + durationMs };
}

const writes: Readonly<Record<string, RowName>> = {
  reserve: 'limits',
  begin: 'stored',
  append: 'appends',
  finish: 'finish',
  settle: 'settle',
  summarize: 'summary',
};

function nameOf({ attributes }: SpanJson): RowName | undefined {
  const write = attributes['streambed.write'];
  if (typeof write === 'string') return writes[write];
  switch (attributes['gen_ai.operation.name']) {
    case 'chat':
      return 'call';
    case 'execute_tool':
      return 'tool';
    case 'retrieval':
      return 'search';
    case 'invoke_agent':
      return 'agent';
    default:
      return undefined;
  }
}

function plainRow(name: RowName, { attributes, status }: SpanJson, bar: Bar): Row {
  const detail = attributes['gen_ai.tool.name'] ?? attributes['gen_ai.agent.name'];
  const failed = status === 'error';
  return {
    name,
    bars: [failed ? { ...bar, kind: 'bad' } : bar],
    ...(typeof detail === 'string' ? { detail } : {}),
    ...(failed ? { error: errorOf(attributes) } : {}),
  };
}

/** A call that answered has two rows: until its first part, and the parts. */
function callRows(
  { attributes, status }: SpanJson,
  bar: Bar,
  row: Pick<Row, 'name' | 'attempt'>,
): readonly Row[] {
  const firstSeconds = attributes['gen_ai.response.time_to_first_chunk'];
  const failed = status === 'error';
  const beganMs = typeof firstSeconds === 'number' ? bar.fromMs + firstSeconds * 1_000 : bar.toMs;
  const call: Row = {
    ...row,
    bars: [{ fromMs: bar.fromMs, toMs: beganMs, ...(failed ? { kind: 'bad' as const } : {}) }],
    ...(failed ? { error: errorOf(attributes) } : {}),
  };
  if (beganMs === bar.toMs) return [call];
  return [call, { name: 'answer', bars: [{ fromMs: beganMs, toMs: bar.toMs }] }];
}

function pause(failedAtMs: number, { fromMs }: Bar): Row {
  return { name: 'pause', bars: [{ fromMs: failedAtMs, toMs: fromMs, kind: 'pause' }] };
}

function errorOf(attributes: SpanJson['attributes']): string {
  const type = attributes['error.type'];
  return typeof type === 'string' ? type : 'error';
}
