import { expect, test } from 'vitest';
import { ChatError } from '#domain/errors.ts';
import { toProblem } from '#protocol/http/problem.ts';

test('a problem has the public details of an error, and not its cause', () => {
  const cause = new Error('arn:aws:dynamodb:us-east-1:1:table/secret');
  const error = new ChatError('conflict', 'A turn is running.', { cause, liveTurnId: 't1' });
  expect(toProblem(error, 'r1')).toEqual({
    type: 'urn:streambed:problem:conflict',
    title: 'Conflict',
    status: 409,
    detail: 'A turn is running.',
    code: 'conflict',
    request_id: 'r1',
    error: 'A turn is running.',
    turn_id: 't1',
  });
});
