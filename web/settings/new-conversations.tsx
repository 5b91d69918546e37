'use client';

import { useCallback, useEffect, useState, type ReactNode } from 'react';
import * as v from 'valibot';
import { maxMessageLength } from '#protocol/conversation/message-text.ts';
import { toError } from '../chat/api.ts';
import { callApi } from '../chat/call-api.ts';
import { Button } from '../parts/button.tsx';
import { useShell } from '../shell/shell-context.tsx';
import { useWords } from '../words/use-words.ts';
import { readDefaults, writeDefaults, type Defaults } from './defaults.ts';
import { Setting } from './setting.tsx';
import styles from './settings.module.css';
import { settingsWords, type SettingsWords } from './words.ts';

const offerJson = v.object({
  models: v.array(
    v.object({ id: v.string(), name: v.string(), is_default: v.optional(v.boolean()) }),
  ),
});

type Model = v.InferOutput<typeof offerJson>['models'][number];

/** The model with which new conversations begin. */
export function ModelSetting(): ReactNode {
  const words = useWords(settingsWords);
  const [{ model = '' }, change] = useDefaults();
  const { models, hasFailed, load } = useModels();
  return (
    <Setting
      name={words.model}
      hint={hasFailed ? words.modelsFailed : words.modelHint}
      control={
        hasFailed ? (
          <Button onClick={load}>{words.tryAgain}</Button>
        ) : (
          <select
            className={styles.select}
            aria-label={words.model}
            value={model}
            disabled={models === undefined}
            onChange={({ target }) => change({ model: target.value || undefined })}
          >
            {optionsOf(models, model, words).map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        )
      }
    />
  );
}

type Option = readonly [id: string, name: string];

/** Returns what can be chosen; a model that was chosen and is gone can be seen. */
function optionsOf(
  models: readonly Model[] | undefined,
  chosen: string,
  words: SettingsWords,
): readonly Option[] {
  if (models === undefined) return [[chosen, words.loading]];
  const byDefault = models.find(({ is_default: isDefault }) => isDefault === true);
  const isGone = chosen !== '' && !models.some(({ id }) => id === chosen);
  return [
    ['', words.modelOfSystem(byDefault?.name)],
    ...models.filter((each) => each !== byDefault).map(({ id, name }): Option => [id, name]),
    ...(isGone ? [[chosen, words.modelGone(chosen)] as const] : []),
  ];
}

interface Models {
  readonly models: readonly Model[] | undefined;
  readonly hasFailed: boolean;
  load(): void;
}

function useModels(): Models {
  const [models, setModels] = useState<readonly Model[]>();
  const [hasFailed, setFailed] = useState(false);
  const load = useCallback((): void => {
    setFailed(false);
    readModels().then(setModels, () => setFailed(true));
  }, []);
  useEffect(load, [load]);
  return { models, hasFailed, load };
}

async function readModels(): Promise<readonly Model[]> {
  const response = await callApi('/options');
  if (!response.ok) throw await toError(response);
  return v.parse(offerJson, await response.json()).models;
}

/** Instructions for the model with which new conversations begin. */
export function InstructionsSetting(): ReactNode {
  const words = useWords(settingsWords);
  const [{ system = '' }, change] = useDefaults();
  const isTooLong = system.length > maxMessageLength;
  return (
    <Setting name={words.instructions} hint={words.instructionsHint}>
      <textarea
        className={styles.text}
        rows={2}
        aria-label={words.instructions}
        aria-invalid={isTooLong}
        value={system}
        onChange={({ target }) => change({ system: target.value })}
      />
      {isTooLong && (
        <p className={styles.problem} role="alert">
          {words.instructionsTooLong(maxMessageLength.toLocaleString('en-US'))}
        </p>
      )}
    </Setting>
  );
}

/** The defaults of this device, which the server does not know. */
function useDefaults(): readonly [Defaults, (changes: Partial<Defaults>) => void] {
  const { account } = useShell();
  const [defaults, setDefaults] = useState<Defaults>({});
  useEffect(() => setDefaults(readDefaults(account)), [account]);
  const change = (changes: Partial<Defaults>): void => {
    // The other setting may have been changed meanwhile.
    const next = { ...readDefaults(account), ...changes };
    writeDefaults(account, next);
    setDefaults(next);
  };
  return [defaults, change];
}
