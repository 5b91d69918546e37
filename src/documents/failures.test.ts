import { expect, test } from 'vitest';
import { toDocumentFailure, toStepError } from '#documents/failures.ts';
import { ChatError } from '#domain/errors.ts';

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
    message: expect.stringContaining('Split it, or upload its text.'),
  });
});

test('after the extraction, a function that was killed says nothing about the document', () => {
  expect(toDocumentFailure({ Error: 'Runtime.ExitError' }, true).code).toBe('internal');
  expect(toDocumentFailure({ Error: 'States.Timeout' }, true).code).toBe('timed_out');
});

test('an error of a step is read from the record of the workflow', () => {
  const { name, message } = toStepError(new ChatError('too_large', 'Too much.'));
  const failure = { Error: name, Cause: JSON.stringify({ errorMessage: message }) };
  expect(toDocumentFailure(failure, false)).toEqual({ code: 'too_large', message: 'Too much.' });
});
