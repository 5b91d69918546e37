import type { StepJson } from '#protocol/document/document-schema.ts';
import type { DocumentKind } from '../document-api.ts';

/** What a step or a part is doing, in the public JSON. */
export type StepStatus = StepJson['status'];

/** A step of a workflow. Those that have not begun wait. */
export interface StepView {
  readonly name: string;
  readonly status: StepStatus;
  /** How long it took; undefined until it has ended. */
  readonly seconds: number | undefined;
  /** What the step does at the same time. */
  readonly parts: NonNullable<StepJson['parts']>;
}

/** The steps of each workflow, in their order (docs/documents.md). */
const names: Readonly<Record<DocumentKind, readonly string[]>> = {
  summary: ['ExtractText', 'AnalyzeContent', 'CollectNotes', 'GenerateSummary', 'StoreSummary'],
  analysis: ['ExtractText', 'AnalyzeText', 'CombineResults'],
};

/** Returns all steps of a workflow, with what is recorded of them. */
export function toStepViews(
  kind: DocumentKind,
  recorded: readonly StepJson[],
): readonly StepView[] {
  return names[kind].map((name) => {
    const step = recorded.find((each) => each.name === name);
    if (step === undefined) return { name, status: 'waiting', seconds: undefined, parts: [] };
    const { status, started_at: from, finished_at: to, parts = [] } = step;
    const seconds = to === undefined ? undefined : (Date.parse(to) - Date.parse(from)) / 1_000;
    return { name, status, seconds, parts };
  });
}

/** Parts that are drawn as one: a single part, or all parts that do the same. */
export interface PartRow {
  readonly status: StepStatus;
  readonly count: number;
  readonly name: string | undefined;
}

/** How many parts are drawn one by one. */
const maxRows = 6;

const order = ['succeeded', 'failed', 'retrying', 'running', 'stopped', 'waiting'] as const;

/** Returns the rows of a step's parts: one for each part, or for each status if there are many. */
export function toRows(parts: StepView['parts']): readonly PartRow[] {
  if (parts.length <= maxRows) {
    return parts.map(({ status, name }) => ({ status, count: 1, name }));
  }
  return order.flatMap((status) => {
    const count = countOf(parts, status);
    return count === 0 ? [] : [{ status, count, name: undefined }];
  });
}

/** Returns how many parts have a status. */
export function countOf(parts: StepView['parts'], status: StepStatus): number {
  return parts.filter((part) => part.status === status).length;
}
