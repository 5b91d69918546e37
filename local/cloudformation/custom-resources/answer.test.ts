import { expect, test } from 'vitest';
import { readAnswer } from '#local/cloudformation/custom-resources/answer.ts';

const ids = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'Seed' };
const valid = { Status: 'SUCCESS', PhysicalResourceId: 'id', ...ids };

test('an answer has an id and data', () => {
  const read = (more: object): unknown => readAnswer(JSON.stringify({ ...valid, ...more }), ids);
  expect(read({})).toEqual({ type: 'success', physicalId: 'id', data: {} });
  expect(read({ Data: null, NoEcho: false, Reason: null })).toMatchObject({ type: 'success' });
  expect(read({ Data: { a: 1 } })).toMatchObject({ data: { a: 1 } });
});

test.each([
  ['not JSON', 'oops', /^Invalid response object: /u],
  ['no object', '[]', /^Invalid response object: /u],
  ['an unknown status', JSON.stringify({ ...valid, Status: 'OK' }), /Status: must be one of/u],
  ['no id', JSON.stringify({ ...valid, PhysicalResourceId: '' }), /^Invalid PhysicalResourceId$/u],
  ['data that is a list', JSON.stringify({ ...valid, Data: ['a'] }), /Data must be an object/u],
  ['another request', JSON.stringify({ ...valid, RequestId: 'x' }), /RequestId is not/u],
  ['4 KB', JSON.stringify({ ...valid, Data: { a: 'x'.repeat(4096) } }), /too long/u],
  ['a failure', JSON.stringify({ ...valid, Status: 'FAILED', Reason: 'bad' }), /returned: bad/u],
])('an answer with %s is a failure', (_, body, reason) => {
  expect(readAnswer(body, ids)).toEqual({ type: 'failed', reason: expect.stringMatching(reason) });
});
