import type { ReactNode } from 'react';
import type { TaskJson } from '#protocol/task/task-schema.ts';
import { clockTime } from '../requests/formats.ts';
import { useLanguage } from '../words/language.tsx';
import { useWords } from '../words/use-words.ts';
import { callbackKinds, callbackState, type TaskCallback } from './task-state.ts';
import styles from './tasks.module.css';
import { tasksWords } from './words.ts';
import shared from '../requests/requests.module.css';

/** What happened to a task, in the order of time. */
export function TaskPath({ task }: { readonly task: TaskJson }): ReactNode {
  const words = useWords(tasksWords);
  const { status, created_at: created, started_at: started, finished_at: finished } = task;
  const hasFailed = status === 'failed';
  return (
    <ol className={`${shared['steps']} ${styles['path']}`} aria-label={words.path}>
      <Step words={words.steps.queued} time={created} look={status === 'queued' ? 'now' : 'done'} />
      {started !== undefined && (
        <Step
          words={words.steps.running}
          time={started}
          look={status === 'running' ? 'now' : 'done'}
        />
      )}
      {finished !== undefined && (status === 'succeeded' || hasFailed) && (
        <Step words={words.steps[status]} time={finished} look={hasFailed ? 'bad' : 'done'} />
      )}
      {task.callback !== undefined && <CallbackStep callback={task.callback} />}
    </ol>
  );
}

interface StepProps {
  readonly words: string;
  readonly time?: string;
  readonly look: 'done' | 'now' | 'bad' | 'wait' | 'later';
  readonly notes?: readonly string[];
}

function Step({ words, time, look, notes = [] }: StepProps): ReactNode {
  const language = useLanguage();
  return (
    <li data-look={look}>
      <span>{words}</span>
      {time === undefined ? <span /> : <time dateTime={time}>{clockTime(time, language)}</time>}
      {notes.map((note) => (
        <small key={note}>{note}</small>
      ))}
    </li>
  );
}

const looks = { good: 'done', run: 'now', wait: 'wait', bad: 'bad', idle: 'later' } as const;

/** The deliveries of a callback: how many there were, why the last one failed, and the next one. */
function CallbackStep({ callback }: { readonly callback: TaskCallback }): ReactNode {
  const words = useWords(tasksWords);
  const language = useLanguage();
  const { status, attempts, problem, next_attempt_at: next, url } = callback;
  const state = callbackState(callback);
  const isOver = status === 'delivered' || status === 'failed';
  const counts = [
    ...(attempts === 0 ? [] : [words.attempts(attempts)]),
    ...(next === undefined || isOver ? [] : [words.nextAttempt(clockTime(next, language))]),
  ];
  const notes = [
    ...(URL.canParse(url) ? [new URL(url).host] : []),
    ...(counts.length === 0 ? [] : [counts.join(' · ')]),
    ...(problem === undefined ? [] : [words.lastProblem(problem)]),
  ];
  return (
    <Step words={words.callbackStates[state]} look={looks[callbackKinds[state]]} notes={notes} />
  );
}
