import {
  type ChatEnvironment,
  readChatEnvironment,
} from '#aws/composition/environment/chat-environment.ts';
import {
  type Variables,
  readCount,
  requireVariable,
} from '#aws/composition/environment/variables.ts';

/** The environment of functions that queue callbacks or send them. */
export interface CallbackEnvironment {
  readonly callbackQueue: string;
  /** Whether callbacks may go to a loopback address over plain HTTP. */
  readonly allowsLoopback: boolean;
}

/** Reads the callback settings. Throws an error that names the variable at fault. */
export function readCallbackEnvironment(variables: Variables): CallbackEnvironment {
  return {
    callbackQueue: requireVariable(variables, 'CALLBACK_QUEUE'),
    allowsLoopback: variables['LOOPBACK_CALLBACKS'] === 'true',
  };
}

/** The environment of functions that handle tasks. */
export interface TaskEnvironment extends ChatEnvironment, CallbackEnvironment {
  readonly taskQueue: string;
}

/** Reads the environment of tasks. Throws an error that names the variable at fault. */
export function readTaskEnvironment(variables: Variables): TaskEnvironment {
  return {
    ...readChatEnvironment(variables),
    ...readCallbackEnvironment(variables),
    taskQueue: requireVariable(variables, 'TASK_QUEUE'),
  };
}

/** Reads a worker's backoff before each retry, in seconds. Throws an error that names the variable. */
export function readRetries(variables: Variables): { readonly retrySeconds: readonly number[] } {
  const name = 'RETRY_SECONDS';
  const backoff = requireVariable(variables, name).split(',');
  return { retrySeconds: backoff.map((seconds) => readCount({ [name]: seconds }, name)) };
}
