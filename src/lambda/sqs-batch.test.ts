import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { noLogSecret } from '#api/log/log-names.ts';
import { handleBatch, type SqsRecord } from '#lambda/sqs-batch.ts';

const context = {
  awsRequestId: 'r',
  functionName: 'worker',
  getRemainingTimeInMillis: () => 30_000,
};

function record(name: string, count = 1): SqsRecord {
  return {
    messageId: `id of ${name}`,
    receiptHandle: `receipt of ${name}`,
    body: name,
    attributes: { ApproximateReceiveCount: String(count) },
  };
}

function worker() {
  const handled: string[] = [];
  const hidden: [string, number][] = [];
  const handle = handleBatch<string>(noLogSecret, {
    read: (body) => (body === 'nonsense' ? undefined : body),
    about: () => ({}),
    async handle({ message }) {
      if (message === 'fault') throw new ChatError('internal', 'Something broke.');
      if (message === 'later') return { type: 'retry', afterSeconds: 7 };
      handled.push(message);
      return { type: 'done' };
    },
    async hide(receiptHandle, seconds) {
      hidden.push([receiptHandle, seconds]);
    },
  });
  return { handle, handled, hidden };
}

test('only failed messages of a batch, and those to retry, are delivered again', async () => {
  const { handle, handled } = worker();
  const batch = ['first', 'fault', 'second', 'later', 'nonsense'].map((name) => record(name));
  expect(await handle({ Records: batch }, context)).toEqual({
    batchItemFailures: [{ itemIdentifier: 'id of fault' }, { itemIdentifier: 'id of later' }],
  });
  expect(handled).toEqual(['first', 'second']);
});

test('a message to retry is hidden for the requested time, and after a fault for growing times', async () => {
  const { handle, hidden } = worker();
  const Records = [record('later'), record('fault', 1), record('fault', 3), record('fault', 40)];
  await handle({ Records }, context);
  expect(hidden).toEqual([
    ['receipt of later', 7],
    ['receipt of fault', 30],
    ['receipt of fault', 120],
    ['receipt of fault', 960],
  ]);
});
