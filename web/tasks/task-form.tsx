'use client';

import { useEffect, useId, useRef, type KeyboardEvent, type ReactNode } from 'react';
import { hasTouchKeyboard, isSendKey } from '../chat/send-key.ts';
import { Icon } from '../parts/icon.tsx';
import { useWords } from '../words/use-words.ts';
import styles from './tasks.module.css';
import { useTaskForm, type TaskFormState } from './use-task-form.ts';
import { tasksWords } from './words.ts';

/** The field for a new task, with the address of its callback. */
export function TaskForm({
  onSubmitted,
}: {
  readonly onSubmitted: (id: string) => void;
}): ReactNode {
  const words = useWords(tasksWords);
  const field = useRef<HTMLTextAreaElement>(null);
  const form = useTaskForm((id) => {
    onSubmitted(id);
    field.current?.focus();
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isSendKey(event.nativeEvent) || hasTouchKeyboard()) return;
    event.preventDefault();
    void form.submit();
  };
  return (
    <form
      className={`composer ${styles['form']}`}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void form.submit();
      }}
    >
      <textarea
        ref={field}
        rows={2}
        value={form.prompt}
        aria-label={words.prompt}
        aria-invalid={form.promptProblem !== undefined}
        placeholder={words.placeholder}
        onChange={({ target }) => form.setPrompt(target.value)}
        onKeyDown={onKeyDown}
      />
      <Problem text={form.promptProblem} />
      {form.address !== undefined && (
        <AddressField
          address={form.address}
          problem={form.addressProblem}
          onChange={form.setAddress}
        />
      )}
      <Problem text={form.problem} />
      <FormTools form={form} />
    </form>
  );
}

function Problem({ text }: { readonly text: string | undefined }): ReactNode {
  if (text === undefined) return undefined;
  return (
    <p className="too-long" role="alert">
      {text}
    </p>
  );
}

function FormTools({ form }: { readonly form: TaskFormState }): ReactNode {
  const words = useWords(tasksWords);
  return (
    <div className="tools">
      <button
        type="button"
        className={form.address === undefined ? 'pick' : 'pick on'}
        aria-expanded={form.address !== undefined}
        onClick={() => form.setAddress(form.address === undefined ? '' : undefined)}
      >
        <Icon name="open" size="small" />
        {words.callback}
      </button>
      <span className="gap" />
      <button
        type="submit"
        className="send"
        disabled={!form.canSubmit}
        aria-label={words.submit}
        title={words.submit}
      >
        <Icon name="send" />
      </button>
    </div>
  );
}

interface AddressFieldProps {
  readonly address: string;
  readonly problem: string | undefined;
  readonly onChange: (address: string) => void;
}

function AddressField({ address, problem, onChange }: AddressFieldProps): ReactNode {
  const words = useWords(tasksWords);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  // It appears because the reader wants to fill it in, and has the focus again if it is wrong.
  useEffect(() => field.current?.focus(), [problem]);
  return (
    <div className={styles['address']}>
      <label htmlFor={id}>{words.callbackUrl}</label>
      <input
        ref={field}
        id={id}
        type="url"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        placeholder="https://hooks.example.net/streambed"
        value={address}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => onChange(target.value)}
      />
      <p
        id={`${id}-hint`}
        role={problem === undefined ? undefined : 'alert'}
        data-problem={problem !== undefined}
      >
        {problem ?? words.callbackHint}
      </p>
    </div>
  );
}
