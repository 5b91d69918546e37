import { useId, type ReactNode } from 'react';
import type { TaskEntryJson } from '#protocol/task/task-schema.ts';
import { Icon } from '../parts/icon.tsx';
import { Menu, MenuItem } from '../parts/menu.tsx';
import { State } from '../parts/state.tsx';
import { shortTime } from '../requests/formats.ts';
import { requestWords } from '../requests/words.ts';
import { useLanguage } from '../words/language.tsx';
import { useWords } from '../words/use-words.ts';
import { TaskDetails } from './task-details.tsx';
import { callbackKinds, callbackState, stateKinds, type TaskCallback } from './task-state.ts';
import styles from './tasks.module.css';
import { tasksWords } from './words.ts';
import { Visible } from '../chat/visible.tsx';
import shared from '../requests/requests.module.css';

export interface TaskRowProps {
  readonly task: TaskEntryJson;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly onRemove: (task: TaskEntryJson) => void;
}

/** A task in the list, which opens to its answer and to what happened. */
export function TaskRow({ task, isOpen, onToggle, onRemove }: TaskRowProps): ReactNode {
  const words = useWords(tasksWords);
  const common = useWords(requestWords);
  const language = useLanguage();
  const id = useId();
  const { status, callback, created_at: createdAt } = task;
  const title = task.title === '' ? words.untitled : task.title;
  const isRunning = status === 'queued' || status === 'running';
  return (
    <li className={`${shared['row']} ${styles['task']}`} data-open={isOpen}>
      <div className={styles['line']}>
        <button
          type="button"
          className={styles['name']}
          data-task
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={onToggle}
        >
          <Visible text={title} />
        </button>
        <span role={isOpen ? 'status' : undefined}>
          <State kind={stateKinds[status]}>{words.states[status]}</State>
        </span>
        <span className={styles['callback']}>
          <CallbackNote callback={callback} />
        </span>
        <time dateTime={createdAt}>{shortTime(createdAt, language)}</time>
        <Menu
          className={`icon-button ${styles['more']}`}
          label={common.more(title)}
          trigger={<Icon name="more" />}
        >
          <MenuItem
            icon="trash"
            kind="danger"
            isDisabled={isRunning}
            onSelect={() => onRemove(task)}
          >
            {common.delete}
          </MenuItem>
        </Menu>
      </div>
      <div id={id}>{isOpen && <TaskDetails entry={task} />}</div>
    </li>
  );
}

function CallbackNote({ callback }: { readonly callback: TaskCallback | undefined }): ReactNode {
  const words = useWords(tasksWords);
  if (callback === undefined) return <State kind="idle">{words.noCallback}</State>;
  const state = callbackState(callback);
  return <State kind={callbackKinds[state]}>{words.callbackStates[state]}</State>;
}
