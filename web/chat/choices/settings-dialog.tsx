'use client';

import { useState, type FormEvent, type ReactNode } from 'react';
import { maxMessageLength } from '#protocol/conversation/message-text.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { useWords } from '../../words/use-words.ts';
import type { Effort } from '#domain/model-settings.ts';
import { chosenModel, type Choices } from './choices.ts';
import { useOptions } from './use-options.ts';
import { choicesWords } from './words.ts';
import styles from './settings-dialog.module.css';

export interface SettingsDialogProps {
  readonly choices: Choices;
  readonly onChoose: (changes: Partial<Choices>) => void;
  readonly onClose: () => void;
}

/** How the model answers in this conversation. */
export function SettingsDialog({ choices, onChoose, onClose }: SettingsDialogProps): ReactNode {
  const words = useWords(choicesWords);
  const { maxTokens, efforts, draft, change, problems, changes } = useSettings(choices);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (changes === undefined) return;
    onChoose(changes);
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
            value={draft.instructions}
            onChange={({ target }) => change({ instructions: target.value })}
          />
        </Field>
        <NumberField
          label={words.temperature}
          hint={words.temperatureHint}
          problem={problems.temperature}
          value={draft.temperature}
          onChange={(temperature) => change({ temperature })}
        />
        <NumberField
          label={words.maxTokens}
          hint={words.maxTokensHint(maxTokens)}
          problem={problems.length}
          value={draft.length}
          onChange={(length) => change({ length })}
        />
        <EffortField
          efforts={efforts}
          value={draft.effort}
          onChange={(effort) => change({ effort })}
        />
        <div className="dialog-foot">
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button kind="primary" type="submit" disabled={changes === undefined}>
            {words.save}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

interface SettingsDraft {
  readonly instructions: string;
  readonly temperature: string;
  readonly length: string;
  /** Empty for the effort of the model or of the deployment. */
  readonly effort: string;
}

interface SettingsView {
  /** The longest answer that the deployment allows. */
  readonly maxTokens: number;
  /** What the model can be asked for; empty if it has no such setting. */
  readonly efforts: readonly Effort[];
  readonly draft: SettingsDraft;
  change(changes: Partial<SettingsDraft>): void;
  readonly problems: Partial<Record<'temperature' | 'length', string>>;
  /** What the draft changes; undefined if it has problems. */
  readonly changes: Partial<Choices> | undefined;
}

/** Bedrock's own default, until the deployment's is known. */
const usualMaxTokens = 4_096;

/** Holds what is written in the dialog. */
function useSettings({ model, system = '', inference = {}, effort = '' }: Choices): SettingsView {
  const words = useWords(choicesWords);
  const options = useOptions();
  const offer = options.state === 'done' ? options.offer : undefined;
  const maxTokens = offer?.inference.max_tokens ?? usualMaxTokens;
  const efforts = chosenModel(offer?.models ?? [], model)?.efforts ?? [];
  const [draft, setDraft] = useState<SettingsDraft>({
    instructions: system,
    temperature: textOf(inference.temperature),
    length: textOf(inference.max_tokens),
    effort,
  });
  const temperature = toNumber(draft.temperature);
  const length = toNumber(draft.length);
  const isTemperature = isBetween(temperature ?? 0, 0, 1);
  const isLength = Number.isInteger(length ?? 1) && isBetween(length ?? 1, 1, maxTokens);
  const next = { ...inference, temperature, max_tokens: length };
  const isSet = Object.values(next).some((value) => value !== undefined);
  const changes = {
    system: draft.instructions.trim(),
    inference: isSet ? next : undefined,
    effort: draft.effort,
  };
  return {
    maxTokens,
    efforts,
    draft,
    change: (changed) => setDraft({ ...draft, ...changed }),
    problems: {
      ...(isTemperature ? {} : { temperature: words.invalidTemperature }),
      ...(isLength ? {} : { length: words.invalidMaxTokens(maxTokens) }),
    },
    changes: isTemperature && isLength ? changes : undefined,
  };
}

interface NumberFieldProps extends Omit<FieldProps, 'children'> {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function NumberField({ value, onChange, ...field }: NumberFieldProps): ReactNode {
  return (
    <Field {...field}>
      <input
        className={styles.input}
        inputMode="decimal"
        aria-invalid={field.problem !== undefined}
        value={value}
        onChange={({ target }) => onChange(target.value.trim())}
      />
    </Field>
  );
}

interface EffortFieldProps {
  readonly efforts: readonly Effort[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Nothing for a model without efforts. */
function EffortField({ efforts, value, onChange }: EffortFieldProps): ReactNode {
  const words = useWords(choicesWords);
  if (efforts.length === 0) return null;
  return (
    <Field label={words.effort} hint={words.effortHint}>
      <select
        className={styles.input}
        value={value}
        onChange={({ target }) => onChange(target.value)}
      >
        <option value="">{words.efforts['']}</option>
        {efforts.map((effort) => (
          <option key={effort} value={effort}>
            {words.efforts[effort]}
          </option>
        ))}
      </select>
    </Field>
  );
}

interface FieldProps {
  readonly label: string;
  readonly hint: string;
  readonly problem?: string | undefined;
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
