'use client';

import type { ReactNode } from 'react';
import type { DocumentEntryJson } from '#protocol/document/document-schema.ts';
import { State } from '../parts/state.tsx';
import { Failed } from '../requests/failed.tsx';
import { formatNumber } from '../requests/formats.ts';
import { useDescribe } from '../requests/use-describe.ts';
import { useWatched } from '../requests/use-watched.ts';
import { requestWords } from '../requests/words.ts';
import { useWords } from '../words/use-words.ts';
import { readDocument, type DocumentDetails } from './document-api.ts';
import { failureOf, isOpen, nameOf, stateKinds } from './document-state.ts';
import { Result } from './result.tsx';
import { WorkflowGraph, WorkflowSteps } from './workflow/workflow-graph.tsx';
import styles from './workflow/workflow.module.css';
import { toStepViews } from './workflow/workflow.ts';
import { documentsWords } from './words.ts';

/** What the workflow of a document does or has done, and the result. */
export function DocumentDetailsSection({
  entry,
}: {
  readonly entry: DocumentEntryJson;
}): ReactNode {
  const words = useWords(documentsWords);
  const common = useWords(requestWords);
  const describe = useDescribe();
  const { kind, document_id: id } = entry;
  const load = (): Promise<DocumentDetails> => readDocument(kind, id);
  const { found: details, error, reload } = useWatched({ entry, id, load, isUnfinished: isOpen });
  const name = nameOf(entry, words);
  const status = details?.status ?? entry.status;
  return (
    <section className={styles['work']} aria-label={name}>
      <div className={styles['head']}>
        <h2>{name}</h2>
        <span className="quiet">{words.kinds[entry.kind]}</span>
        {/* Announced when it changes. */}
        <span role="status">
          <State kind={stateKinds[status]}>{useStateWords(details, status)}</State>
        </span>
      </div>
      {details === undefined && error === undefined && <p className="quiet">{common.loading}</p>}
      {details === undefined && error !== undefined && (
        <Failed title={words.detailsFailed} text={describe(error)} onRetry={reload} />
      )}
      {details !== undefined && <Progress entry={entry} details={details} />}
    </section>
  );
}

function useStateWords(
  details: DocumentDetails | undefined,
  status: DocumentEntryJson['status'],
): string {
  const words = useWords(documentsWords);
  if (details?.finished_at === undefined || status !== 'succeeded') return words.states[status];
  const seconds = (Date.parse(details.finished_at) - Date.parse(details.created_at)) / 1_000;
  return words.doneIn(formatNumber(seconds, { maximumFractionDigits: 1 }));
}

interface ProgressProps {
  readonly entry: DocumentEntryJson;
  readonly details: DocumentDetails;
}

function Progress({ entry, details }: ProgressProps): ReactNode {
  const words = useWords(documentsWords);
  const { steps: recorded } = details;
  // Without a record of a document that has ended, nothing is known of its steps.
  const hasSteps = recorded !== undefined || isOpen(details);
  const steps = toStepViews(entry.kind, recorded ?? []);
  const failure = failureOf(details, words);
  return (
    <>
      {hasSteps && <WorkflowGraph steps={steps} />}
      {hasSteps && <WorkflowSteps steps={steps} />}
      <div className={styles['result']}>
        {details.result !== undefined && <Result result={details.result} />}
        {isOpen(details) && (
          <p className="quiet">
            {entry.kind === 'summary' ? words.waitForSummary : words.waitForAnalysis}
          </p>
        )}
        {failure !== undefined && <Failed title={words.processingFailed} text={failure} />}
      </div>
    </>
  );
}
