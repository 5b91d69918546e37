import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { problemWords } from '../problem-words.ts';
import { describeProblem } from './describe-problem.ts';

test("a server's message that names a field is replaced in the reader's language", () => {
  const error = new ChatError('invalid_request', 'continue_turn_id: this answer is complete');
  expect(describeProblem(error, problemWords.en)).toEqual({
    message: 'This request wasn’t accepted. Edit your message, or start a new chat.',
    retryable: false,
  });
  expect(describeProblem(error, problemWords.ja).message).not.toMatch(/[a-z]/u);
});

test('the message of a refused host is shown as it is, because it names the cure', () => {
  const error = new ChatError('forbidden', 'Add it to PAGE_HOSTS.');
  expect(describeProblem(error, problemWords.ja).message).toBe('Add it to PAGE_HOSTS.');
});

test('an error that is not from the server means that it cannot be reached', () => {
  expect(describeProblem(new TypeError('Failed to fetch'), problemWords.en)).toEqual({
    message: 'The server can’t be reached. Check your connection.',
    retryable: true,
  });
});
