import { toExpiry } from '#aws/dynamo/table.ts';
import { checkItemVersion, currentVersion } from '#aws/dynamo/item-version.ts';
import {
  number,
  oneOf,
  optionalNumber,
  optionalText,
  record,
  text,
  type Item,
} from '#aws/dynamo/item-fields.ts';
import { errorCodes } from '#domain/errors.ts';
import type { Callback, Task, TaskError, TaskKey } from '#domain/task/task.ts';

/** Returns the item of a task, which has the fields of the task. */
export function toTaskItem({ owner: _, expiresAtMs, ...task }: Task): Item {
  return { ...task, expiresAt: toExpiry(expiresAtMs), ...currentVersion };
}

/** Returns the task in an item. Throws a `TypeError` if the item is malformed. */
export function fromTaskItem({ owner, taskId }: TaskKey, item: Item): Task {
  checkItemVersion(item);
  return {
    owner,
    taskId,
    state: oneOf(['queued', 'running', 'succeeded', 'failed'] as const, item['state']),
    request: text(item, 'request'),
    fingerprint: text(item, 'fingerprint'),
    createdAtMs: number(item, 'createdAtMs'),
    expiresAtMs: number(item, 'expiresAt') * 1_000,
    ...optionalNumber(item, 'startedAtMs'),
    ...optionalNumber(item, 'finishedAtMs'),
    ...(item['error'] === undefined ? {} : { error: taskError(record(item['error'])) }),
    ...(item['callback'] === undefined ? {} : { callback: callback(record(item['callback'])) }),
  };
}

function taskError(item: Item): TaskError {
  return {
    code: oneOf(errorCodes, item['code']),
    message: text(item, 'message'),
    // `mayPass` is the name in the first stored format.
    ...(item['isRetryable'] === true || item['mayPass'] === true ? { isRetryable: true } : {}),
  };
}

function callback(item: Item): Callback {
  return {
    url: text(item, 'url'),
    state: oneOf(['waiting', 'pending', 'delivered', 'failed'] as const, item['state']),
    attempts: number(item, 'attempts'),
    ...optionalText(item, 'problem'),
    ...optionalNumber(item, 'waitUntilMs'),
  };
}
