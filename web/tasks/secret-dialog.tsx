'use client';

import { useState, type ReactNode } from 'react';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { CopyButton } from '../requests/copy-button.tsx';
import { Failed } from '../requests/failed.tsx';
import { useDescribe } from '../requests/use-describe.ts';
import { requestWords } from '../requests/words.ts';
import { useWords } from '../words/use-words.ts';
import { readSecret, renewSecret } from './task-api.ts';
import styles from './tasks.module.css';
import { tasksWords } from './words.ts';

/** Shows the secret that signs callbacks when that is asked for, and renews it. */
export function SecretDialog({ onClose }: { readonly onClose: () => void }): ReactNode {
  const words = useWords(tasksWords);
  const describe = useDescribe();
  const [secret, setSecret] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [step, setStep] = useState<'show' | 'confirm' | 'renewed'>('show');
  const load = async (request: () => Promise<string>, next: 'show' | 'renewed'): Promise<void> => {
    try {
      setSecret(await request());
      setError(undefined);
      setStep(next);
    } catch (failure) {
      setError(failure);
    }
  };
  const renew = (): void => void load(renewSecret, 'renewed');
  return (
    <Dialog title={step === 'confirm' ? words.renewTitle : words.secret} onClose={onClose}>
      <p className="quiet" role={step === 'renewed' ? 'status' : undefined}>
        {{ show: words.secretHint, confirm: words.renewHint, renewed: words.renewed }[step]}
      </p>
      {error !== undefined && <Failed title={words.secretFailed} text={describe(error)} />}
      {step !== 'confirm' && (
        <p className={`mono ${styles['secret']}`}>{secret ?? `whsec_${'•'.repeat(32)}`}</p>
      )}
      {step === 'confirm' ? (
        <ConfirmFoot onCancel={() => setStep('show')} onRenew={renew} />
      ) : (
        <div className="dialog-foot">
          <Button onClick={() => setStep('confirm')}>{words.renew}</Button>
          {secret !== undefined && <CopyButton text={secret} />}
          {secret !== undefined && (
            <Button onClick={() => setSecret(undefined)}>{words.hide}</Button>
          )}
          {secret === undefined && (
            <Button onClick={() => void load(readSecret, 'show')}>{words.show}</Button>
          )}
          <Button kind="primary" onClick={onClose}>
            {words.close}
          </Button>
        </div>
      )}
    </Dialog>
  );
}

interface ConfirmFootProps {
  readonly onCancel: () => void;
  readonly onRenew: () => void;
}

function ConfirmFoot({ onCancel, onRenew }: ConfirmFootProps): ReactNode {
  const words = useWords(tasksWords);
  const common = useWords(requestWords);
  return (
    <div className="dialog-foot">
      <Button autoFocus onClick={onCancel}>
        {common.cancel}
      </Button>
      <Button kind="danger" onClick={onRenew}>
        {words.renew}
      </Button>
    </div>
  );
}
