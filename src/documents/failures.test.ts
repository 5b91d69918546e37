import { expect, test } from 'vitest';
import { toDocumentFailure, toStepError } from '#documents/failures.ts';
import { documentError, failureOf, failureReasons } from '#domain/document/document-failure.ts';
import { ChatError, toErrorCode } from '#domain/errors.ts';

test.each([
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'States.Timeout',
  'Runtime.ExitError',
  'Runtime.OutOfMemory',
  'Runtime.Unknown',
])('a document whose extraction ended with %s was too large', (name) => {
  expect(toDocumentFailure({ Error: name, Cause: '{}' }, false)).toEqual({
    code: 'too_large',
    reason: 'too_complex',
    message: expect.stringContaining('Split it, or upload its text.'),
  });
});

test('after the extraction, a function that was killed says nothing about the document', () => {
  expect(toDocumentFailure({ Error: 'Runtime.ExitError' }, true).code).toBe('internal');
  expect(toDocumentFailure({ Error: 'States.Timeout' }, true).code).toBe('timed_out');
});

test.each(failureReasons)(
  'the reason %s of a step is read from the record of the workflow',
  (reason) => {
    const { name, message } = toStepError(documentError(reason, { detail: 'In detail.' }));
    const read = toDocumentFailure(
      { Error: name, Cause: JSON.stringify({ errorMessage: message }) },
      true,
    );
    // A step that failed with `internal` is repeated. What it was does not reach its workflow.
    const known = failureOf(reason).code === 'internal' ? 'unexpected' : reason;
    expect(read).toEqual({ ...failureOf(known), message: 'In detail.' });
  },
);

test.each([
  [
    new ChatError('quota_exceeded', 'Used up.', { limit: 'usdPerDay', retryAfterSeconds: 9 }),
    'budget',
  ],
  [new ChatError('quota_exceeded', 'Too much.', { limit: 'usdPerDay' }), 'above_daily_limit'],
  [new ChatError('model_error', 'The model returned no keywords.'), 'model_failed'],
  [new ChatError('not_found', 'There is no such document.'), undefined],
])('the reason of an error without one follows from what it is', (error, reason) => {
  const { name, message } = toStepError(error);
  const read = toDocumentFailure(
    { Error: name, Cause: JSON.stringify({ errorMessage: message }) },
    true,
  );
  expect(read).toEqual({ code: error.code, message: error.message, reason });
});

test('no reason has the name of an error code, which workflows of earlier versions have', () => {
  expect(failureReasons.filter((reason) => toErrorCode(reason) !== 'internal')).toEqual([]);
});

test('an error of a step is read from the record of the workflow', () => {
  const { name, message } = toStepError(new ChatError('too_large', 'Too much.'));
  const failure = { Error: name, Cause: JSON.stringify({ errorMessage: message }) };
  expect(toDocumentFailure(failure, false)).toEqual({ code: 'too_large', message: 'Too much.' });
});
