'use client';

import type { ReactNode } from 'react';
import type { TaskEntryJson, TaskJson } from '#protocol/task/task-schema.ts';
import { ChatError } from '#domain/errors.ts';
import { Markdown } from '../chat/turn/markdown/markdown.tsx';
import { endingWords } from '../chat/turn/ending/words.ts';
import { CopyButton } from '../requests/copy-button.tsx';
import { Failed } from '../requests/failed.tsx';
import { formatNumber } from '../requests/formats.ts';
import { useDescribe } from '../requests/use-describe.ts';
import { useWatched } from '../requests/use-watched.ts';
import { requestWords } from '../requests/words.ts';
import { useShell } from '../shell/shell-context.tsx';
import { useWords } from '../words/use-words.ts';
import { readTask } from './task-api.ts';
import { TaskPath } from './task-path.tsx';
import { isUnfinished } from './task-state.ts';
import styles from './tasks.module.css';
import { tasksWords } from './words.ts';

/** The answer of a task as far as it is, and what happened. */
export function TaskDetails({ entry }: { readonly entry: TaskEntryJson }): ReactNode {
  const words = useWords(tasksWords);
  const common = useWords(requestWords);
  const describe = useDescribe();
  const {
    found: task,
    error,
    reload,
  } = useWatched({
    entry,
    id: entry.task_id,
    load: readTask,
    isUnfinished,
  });
  if (task === undefined) {
    return (
      <div className={styles['more-of-it']}>
        {error === undefined ? (
          <p className="quiet">{common.loading}</p>
        ) : (
          <Failed title={words.detailsFailed} text={describe(error)} onRetry={reload} />
        )}
      </div>
    );
  }
  return (
    <div className={styles['more-of-it']}>
      <div>
        <Progress task={task} />
        <TaskFailure task={task} />
        {task.result !== undefined && <Answer result={task.result} />}
      </div>
      <TaskPath task={task} />
    </div>
  );
}

function Progress({ task: { status, progress } }: { readonly task: TaskJson }): ReactNode {
  const words = useWords(tasksWords);
  if (status === 'queued') return <p className="quiet">{words.stillQueued}</p>;
  if (status !== 'running') return undefined;
  const characters = progress?.characters ?? 0;
  return (
    <>
      <p className="num">
        {words.states.running} · {words.characters(formatNumber(characters))}
      </p>
      <p className="quiet">{words.stillRunning}</p>
    </>
  );
}

function TaskFailure({ task: { error, result } }: { readonly task: TaskJson }): ReactNode {
  const words = useWords(tasksWords);
  const describe = useDescribe();
  if (error === undefined) return undefined;
  const reason = describe(new ChatError(error.code, error.detail));
  const isPartial = result !== undefined && result.response !== '';
  return (
    <Failed title={words.taskFailed} text={isPartial ? `${reason} ${words.answerSoFar}` : reason} />
  );
}

function Answer({ result }: { readonly result: NonNullable<TaskJson['result']> }): ReactNode {
  const words = useWords(tasksWords);
  const { stops } = useWords(endingWords);
  const { isBilled } = useShell();
  const { response, stop_reason: stopReason, usage, cost_usd: cost } = result;
  const ending = stopReason === null ? undefined : stops.get(stopReason);
  const price = cost === undefined ? undefined : toPrice(cost);
  const facts = [
    ...(usage === null ? [] : [words.tokens(formatNumber(usage.total_tokens))]),
    ...(price === undefined ? [] : [isBilled ? price : words.cost(price)]),
  ];
  if (response === '') return undefined;
  return (
    <>
      <div className="answer">
        <Markdown text={response} />
      </div>
      {ending !== undefined && (
        <p className="quiet">{[ending.title, ending.text].join(' ').trim()}</p>
      )}
      <div className={styles['foot']}>
        <CopyButton text={response} />
        <span className="quiet">{facts.join(' · ')}</span>
      </div>
    </>
  );
}

function toPrice(usd: number): string {
  const currency = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' } as const;
  return formatNumber(usd, { ...currency, maximumSignificantDigits: 2 });
}
