'use client';

import type { ReactNode } from 'react';
import { describeProblem } from '../chat/turn/describe-problem.ts';
import { problemWords } from '../chat/problem-words.ts';
import { useWords } from '../words/use-words.ts';
import type { DataJobView } from './use-data-job.ts';
import styles from './settings.module.css';
import { settingsWords } from './words.ts';

export interface JobStateProps {
  readonly view: DataJobView;
  /** What is said while the job runs. */
  readonly running: string;
}

/** Whether a job is under way. */
export function isRunning({ job, isRequesting }: DataJobView): boolean {
  return isRequesting || job?.status === 'queued' || job?.status === 'running';
}

/** How far an export or a deletion is, or why it is not. */
export function JobState({ view, running }: JobStateProps): ReactNode {
  const words = useWords(settingsWords);
  const problems = useWords(problemWords);
  const { job, error } = view;
  if (error !== undefined) {
    const { message } = describeProblem(error, problems);
    return <Problem>{isRunning(view) ? words.retrying : message}</Problem>;
  }
  if (job?.status === 'failed') return <Problem>{words.jobFailed}</Problem>;
  if (!isRunning(view)) return undefined;
  const counted = Object.entries(job?.progress ?? {}).filter(([, { total }]) => total > 0);
  return (
    <div className={styles.progress}>
      <p role="status">{running}</p>
      <ul>
        {counted.map(([kind, { done, total }]) => (
          <li key={kind} className="num">
            <span>{words.kinds.get(kind) ?? words.otherKind}</span>
            <span>{words.progress(format(done), format(total))}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Both languages group digits with commas. */
function format(count: number): string {
  return count.toLocaleString('en-US');
}

function Problem({ children }: { readonly children: string }): ReactNode {
  return (
    <p className={styles.problem} role="alert">
      {children}
    </p>
  );
}
