import { expect, test } from 'vitest';
import { createHistory } from '#local/step-functions/history.ts';

test('each branch tracks the event that its next one refers to', () => {
  const lines: string[] = [];
  const history = createHistory(10, ({ id, previous, type }) =>
    lines.push(`${id} ${type} ${previous}`),
  );
  history.note('Aside');
  history.add('First');
  const branch = history.fork();
  branch.add('Inner');
  history.add('Second');
  history.continueAfter(branch.last());
  history.add('Third');
  expect(lines).toEqual([
    '11 Aside 10',
    '12 First 10',
    '13 Inner 12',
    '14 Second 12',
    '15 Third 13',
  ]);
});
