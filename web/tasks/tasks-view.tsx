'use client';

import { useRef, useState, type ReactNode } from 'react';
import type { TaskEntryJson } from '#protocol/task/task-schema.ts';
import { Button } from '../parts/button.tsx';
import { Nothing } from '../parts/nothing.tsx';
import { Failed } from '../requests/failed.tsx';
import { useDescribe } from '../requests/use-describe.ts';
import { usePages, type PagesView } from '../requests/use-pages.ts';
import { usePolling } from '../requests/use-polling.ts';
import { useRemoval, type RemovalView } from '../requests/use-removal.ts';
import { requestWords } from '../requests/words.ts';
import { shellWords } from '../shell/words.ts';
import { useWords } from '../words/use-words.ts';
import { SecretDialog } from './secret-dialog.tsx';
import { deleteTask, listTasks } from './task-api.ts';
import { TaskForm } from './task-form.tsx';
import { TaskRow } from './task-row.tsx';
import { isUnfinished } from './task-state.ts';
import styles from './tasks.module.css';
import { tasksWords } from './words.ts';

/** The reader's tasks: submitting one, what becomes of it, and its callback. */
export function TasksView(): ReactNode {
  const words = useWords(tasksWords);
  const { tasks: title } = useWords(shellWords);
  const [openId, setOpenId] = useState<string>();
  const [isSecretOpen, setSecretOpen] = useState(false);
  const pages = usePages(listTasks, idOf);
  const removal = useRemoval(pages.remove);
  // A task that was just submitted may be missing in what was loaded before.
  const isMissing =
    openId !== undefined && pages.items?.some((each) => idOf(each) === openId) === false;
  usePolling(isMissing || pages.items?.some(isUnfinished) === true, async () => {
    const latest = await pages.refresh();
    return JSON.stringify(latest.map(({ status, callback }) => [status, callback]));
  });
  return (
    <div className="view">
      <div className="view-head">
        <h1>{title}</h1>
        <Button icon="key" onClick={() => setSecretOpen(true)}>
          {words.secret}
        </Button>
      </div>
      <TaskForm
        onSubmitted={(id) => {
          setOpenId(id);
          void pages.refresh().catch(() => undefined);
        }}
      />
      <TaskList pages={pages} removal={removal} openId={openId} onOpen={setOpenId} />
      {isSecretOpen && <SecretDialog onClose={() => setSecretOpen(false)} />}
    </div>
  );
}

function idOf({ task_id: id }: TaskEntryJson): string {
  return id;
}

interface TaskListProps {
  readonly pages: PagesView<TaskEntryJson>;
  readonly removal: RemovalView;
  readonly openId: string | undefined;
  readonly onOpen: (id: string | undefined) => void;
}

function TaskList({ pages, removal, openId, onOpen }: TaskListProps): ReactNode {
  const words = useWords(tasksWords);
  const common = useWords(requestWords);
  const describe = useDescribe();
  const rows = useRef<HTMLUListElement>(null);
  const { items, error } = pages;
  const tasks = items?.filter((task) => !removal.hidden.has(idOf(task)));
  const remove = (task: TaskEntryJson): void => {
    const id = idOf(task);
    const at = tasks?.indexOf(task) ?? 0;
    removal.remove({ id, name: task.title, send: () => deleteTask(id) });
    // The next row has the focus, after React has taken this one away.
    requestAnimationFrame(() => {
      const buttons = rows.current?.querySelectorAll<HTMLElement>('[data-task]') ?? [];
      (buttons[at] ?? buttons[at - 1])?.focus();
    });
  };
  return (
    <>
      {error !== undefined && (
        <Failed
          title={common.listFailed}
          text={describe(error)}
          onRetry={() => void pages.refresh().catch(() => undefined)}
        />
      )}
      {tasks === undefined && error === undefined && <p className="quiet">{common.loading}</p>}
      {tasks?.length === 0 && <Nothing icon="tasks" title={words.none} text={words.noneHint} />}
      <ul ref={rows} className={styles['tasks']} aria-label={words.list}>
        {tasks?.map((task) => (
          <TaskRow
            key={idOf(task)}
            task={task}
            isOpen={idOf(task) === openId}
            onToggle={() => onOpen(idOf(task) === openId ? undefined : idOf(task))}
            onRemove={remove}
          />
        ))}
      </ul>
      {pages.hasMore && (
        <Button kind="bare" onClick={pages.loadMore}>
          {common.showMore}
        </Button>
      )}
    </>
  );
}
