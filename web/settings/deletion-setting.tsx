'use client';

import { useState, type ReactNode } from 'react';
import { tellOtherTabs } from '../chat/other-tabs.ts';
import { forgetDevice, forgetDrafts } from '../drafts/use-draft.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { useShell } from '../shell/shell-context.tsx';
import { useWords } from '../words/use-words.ts';
import { isRunning, JobState } from './job-state.tsx';
import { Setting } from './setting.tsx';
import styles from './settings.module.css';
import { useDataJob } from './use-data-job.ts';
import { settingsWords } from './words.ts';

/** Deletes everything that the reader has, once they have confirmed it. */
export function DeletionSetting(): ReactNode {
  const words = useWords(settingsWords);
  const { account, startOver, notify } = useShell();
  const [isAsking, setAsking] = useState(false);
  const onEnd = (): void => {
    forgetDevice(account);
    tellOtherTabs();
    // The session of a person has been deleted, too: what they see next is the sign-in.
    if (account.type === 'user') return window.location.assign('/chat');
    startOver();
    notify({ text: words.deletedAll });
  };
  // A part of what is deleted is on this device, whether or not the reader waits for the end.
  const view = useDataJob('deletion', { onAccept: () => forgetDrafts(account), onEnd });
  return (
    <>
      <Setting
        name={words.deleteAll}
        hint={words.deleteHint}
        control={
          <Button kind="danger" disabled={isRunning(view)} onClick={() => setAsking(true)}>
            {words.delete}
          </Button>
        }
      >
        <JobState view={view} running={words.deleting} />
        {view.job?.status === 'complete' && <p role="status">{words.deletedAll}</p>}
      </Setting>
      {isAsking && <Confirmation onClose={() => setAsking(false)} onConfirm={view.start} />}
    </>
  );
}

interface ConfirmationProps {
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

/** Says what goes, and asks. */
function Confirmation({ onClose, onConfirm }: ConfirmationProps): ReactNode {
  const words = useWords(settingsWords);
  const { account } = useShell();
  const confirm = (): void => {
    onClose();
    onConfirm();
  };
  return (
    <Dialog title={words.deleteTitle} onClose={onClose}>
      <ul className={styles.what}>
        {words.deleteWhat.map((what) => (
          <li key={what}>{what}</li>
        ))}
      </ul>
      <p>{words.deleteFinal}</p>
      {account.type === 'user' && <p>{words.deleteSignsOut}</p>}
      <div className="dialog-foot">
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button kind="danger" onClick={confirm}>
          {words.deleteConfirm}
        </Button>
      </div>
    </Dialog>
  );
}
