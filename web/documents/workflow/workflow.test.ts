import { expect, test } from 'vitest';
import { toRows, toStepViews } from './workflow.ts';

const from = '2026-11-30T14:00:00.000Z';

test('steps that have not begun wait, and those that have ended took a time', () => {
  const views = toStepViews('analysis', [
    {
      name: 'ExtractText',
      status: 'succeeded',
      started_at: from,
      finished_at: '2026-11-30T14:00:01.200Z',
    },
    { name: 'AnalyzeText', status: 'running', started_at: from, parts: [{ status: 'retrying' }] },
  ]);
  expect(views).toEqual([
    { name: 'ExtractText', status: 'succeeded', seconds: 1.2, parts: [] },
    { name: 'AnalyzeText', status: 'running', seconds: undefined, parts: [{ status: 'retrying' }] },
    { name: 'CombineResults', status: 'waiting', seconds: undefined, parts: [] },
  ]);
});

test('few parts are drawn one by one, many by what they do', () => {
  const done = { status: 'succeeded' } as const;
  const waiting = { status: 'waiting' } as const;
  expect(toRows([done, waiting]).map(({ status }) => status)).toEqual(['succeeded', 'waiting']);
  expect(toRows([waiting, ...Array.from({ length: 9 }, () => done)])).toEqual([
    { status: 'succeeded', count: 9, name: undefined },
    { status: 'waiting', count: 1, name: undefined },
  ]);
});
