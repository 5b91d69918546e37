'use client';

import { useState, type FormEvent, type ReactNode } from 'react';
import { maxMessageLength } from '#protocol/conversation/message-text.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { useWords } from '../../words/use-words.ts';
import type { Choices } from './choices.ts';
import { useOptions } from './use-options.ts';
import { choicesWords } from './words.ts';
import styles from './settings-dialog.module.css';

export interface SettingsDialogProps {
  readonly choices: Choices;
  readonly onChoose: (changes: Partial<Choices>) => void;
  readonly onClose: () => void;
}

/** How the model answers in this conversation. */
export function SettingsDialog(props: SettingsDialogProps): ReactNode {
  const { choices, onChoose, onClose } = props;
  const options = useOptions();
  const maxTokens = options.state === 'done' ? options.offer.inference.max_tokens : 4_096;
  const words = useWords(choicesWords);
  const { system = '', inference = {} } = choices;
  const [instructions, setInstructions] = useState(system);
  const [temperature, setTemperature] = useState(textOf(inference.temperature));
  const [length, setLength] = useState(textOf(inference.max_tokens));
  const isTemperature = temperature === '' || isBetween(Number(temperature), 0, 1);
  const isLength =
    length === '' || (Number.isInteger(Number(length)) && isBetween(Number(length), 1, maxTokens));
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (!isTemperature || !isLength) return;
    const next = { ...inference, temperature: toNumber(temperature), max_tokens: toNumber(length) };
    const isSet = Object.values(next).some((value) => value !== undefined);
    onChoose({ system: instructions.trim(), inference: isSet ? next : undefined });
    onClose();
  };
  return (
    <Dialog title={words.settings} onClose={onClose}>
      <form className={styles.form} onSubmit={save}>
        <Field label={words.instructions} hint={words.instructionsHint}>
          <textarea
            className={styles.input}
            rows={4}
            maxLength={maxMessageLength}
            value={instructions}
            onChange={({ target }) => setInstructions(target.value)}
          />
        </Field>
        <Field
          label={words.temperature}
          hint={words.temperatureHint}
          {...(!isTemperature && { problem: words.invalidTemperature })}
        >
          <input
            className={styles.input}
            inputMode="decimal"
            aria-invalid={!isTemperature}
            value={temperature}
            onChange={({ target }) => setTemperature(target.value.trim())}
          />
        </Field>
        <Field
          label={words.maxTokens}
          hint={words.maxTokensHint(maxTokens)}
          {...(!isLength && { problem: words.invalidMaxTokens(maxTokens) })}
        >
          <input
            className={styles.input}
            inputMode="numeric"
            aria-invalid={!isLength}
            value={length}
            onChange={({ target }) => setLength(target.value.trim())}
          />
        </Field>
        <div className="dialog-foot">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button kind="primary" type="submit" disabled={!isTemperature || !isLength}>
            {words.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface FieldProps {
  readonly label: string;
  readonly hint: string;
  readonly problem?: string;
  readonly children: ReactNode;
}

function Field({ label, hint, problem, children }: FieldProps): ReactNode {
  return (
    <label className={styles.field}>
      <span>{label}</span>
      {children}
      {problem === undefined ? (
        <small>{hint}</small>
      ) : (
        <small className={styles.problem} role="alert">
          {problem}
        </small>
      )}
    </label>
  );
}

function textOf(value: number | undefined): string {
  return value === undefined ? '' : String(value);
}

function toNumber(text: string): number | undefined {
  return text === '' ? undefined : Number(text);
}

function isBetween(value: number, min: number, max: number): boolean {
  return value >= min && value <= max;
}
