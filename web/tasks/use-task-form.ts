'use client';

import { ChatError } from '#domain/errors.ts';
import { maxMessageLength } from '#protocol/conversation/message-text.ts';
import { useState } from 'react';
import { formatNumber } from '../requests/formats.ts';
import { useDescribe } from '../requests/use-describe.ts';
import { useSending } from '../requests/use-sending.ts';
import { useShell } from '../shell/shell-context.tsx';
import { useWords } from '../words/use-words.ts';
import { checkAddress } from './callback-address.ts';
import { submitTask, type NewTask } from './task-api.ts';
import { tasksWords } from './words.ts';

export interface TaskFormState {
  readonly prompt: string;
  setPrompt(prompt: string): void;
  /** The address of the callback; undefined if there is none. */
  readonly address: string | undefined;
  setAddress(address: string | undefined): void;
  readonly promptProblem: string | undefined;
  readonly addressProblem: string | undefined;
  readonly problem: string | undefined;
  readonly canSubmit: boolean;
  submit(): Promise<void>;
}

/** Holds what the reader enters for a task, and submits it. */
export function useTaskForm(onSubmitted: (taskId: string) => void): TaskFormState {
  const words = useWords(tasksWords);
  const describe = useDescribe();
  const { isLocal } = useShell();
  const [prompt, setPrompt] = useState('');
  const [address, setAddress] = useState<string>();
  const [addressProblem, setAddressProblem] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const { isSending, run } = useSending();
  const isTooLong = prompt.length > maxMessageLength;
  const canSubmit = !isTooLong && !isSending && prompt.trim() !== '';
  const fail = (error: unknown): void => {
    const isAddress = error instanceof ChatError && error.message.startsWith('callback_url:');
    if (isAddress) setAddressProblem(words.notAllowed);
    else setProblem(`${words.submitFailed} ${describe(error)}`);
  };
  const send = async (task: NewTask): Promise<void> => {
    try {
      await run(task, async (key) => {
        onSubmitted(await submitTask(task, key));
        setPrompt('');
      });
    } catch (error) {
      fail(error);
    }
  };
  return {
    prompt,
    setPrompt,
    address,
    setAddress(next) {
      setAddress(next);
      setAddressProblem(undefined);
    },
    promptProblem: isTooLong ? words.tooLong(formatNumber(maxMessageLength)) : undefined,
    addressProblem,
    problem,
    canSubmit,
    async submit() {
      if (!canSubmit) return;
      setProblem(undefined);
      const callbackUrl = address?.trim() === '' ? undefined : address?.trim();
      const wrong = callbackUrl === undefined ? undefined : checkAddress(callbackUrl, isLocal);
      if (wrong === undefined) await send({ prompt: prompt.trim(), callbackUrl });
      else setAddressProblem(wrong === 'not-a-url' ? words.notAUrl : words.notAllowed);
    },
  };
}
