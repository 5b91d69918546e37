import { expect, test } from 'vitest';
import { createChooser } from '#local/web-functions/endpoint/choose-revision.ts';

test('one revision gets all requests', () => {
  const choose = createChooser([{ revisionId: 'one', weight: 100 }]);
  expect([choose(), choose()]).toEqual(['one', 'one']);
});

test.each([1, 25, 50, 99])('of a hundred requests, a weight of %i gets as many', (weight) => {
  const choose = createChooser([
    { revisionId: 'old', weight: 100 - weight },
    { revisionId: 'new', weight },
  ]);
  for (let round = 0; round < 3; round += 1) {
    const chosen = Array.from({ length: 100 }, choose);
    expect(chosen.filter((id) => id === 'new')).toHaveLength(weight);
  }
});
