import { expect, test } from 'vitest';
import { toTree } from '#local/wire/aws-query.ts';

const tree = (form: string): unknown => toTree(new URLSearchParams(form));

test('the parts of names are nested, and members are items in the order of their numbers', () => {
  const form = 'A=1&L.member.2=b&L.member.1=a&S.member.1.Name=x&S.member.1.Value=y&O.P.Q=z';
  expect(tree(form)).toEqual({
    A: '1',
    L: ['a', 'b'],
    S: [{ Name: 'x', Value: 'y' }],
    O: { P: { Q: 'z' } },
  });
});

test('an empty list is left out, and the tenth item follows the ninth', () => {
  const items = Array.from({ length: 10 }, (_, index) => `L.member.${index + 1}=${index}`);
  expect(tree(`Empty=&${items.toSorted().join('&')}`)).toEqual({
    L: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  });
});

test('a name that is also the beginning of another one keeps the last of the two', () => {
  expect(tree('A=1&A.B=2')).toEqual({ A: { B: '2' } });
  expect(tree('__proto__.x=1&a=2')).toMatchObject({ a: '2' });
  expect(Object.prototype).not.toHaveProperty('x');
});
