import { expect, test } from 'vitest';
import { errorCodes } from '#domain/errors.ts';
import type { TurnJson } from '#protocol/conversation/conversation-schema.ts';
import { words } from '../words.ts';
import { fromTurnJson } from './turn-view.ts';

const failed: TurnJson = {
  turn_id: 't1',
  parent_turn_id: null,
  state: 'failed',
  message: 'Hi',
  response: '',
  content: [],
  model: 'm',
  created_at: '2026-01-01T00:00:00.000Z',
};

test.each(errorCodes.filter((code) => code !== 'forbidden'))(
  'a stored turn that failed with %s shows what was shown when it failed',
  (code) => {
    for (const language of [words.en, words.ja]) {
      const missing = fromTurnJson({ ...failed, error_code: code }, language);
      expect(missing.problem?.message).toBe(language.problems[code]);
      const cut = fromTurnJson({ ...failed, error_code: code, response: 'Half' }, language);
      expect(cut.problem?.message).toBe(language.cutOffBecause(language.problems[code]));
    }
  },
);

test('an interrupted turn without an error says whether anything arrived', () => {
  const interrupted = { ...failed, state: 'interrupted' } as const;
  expect(fromTurnJson(interrupted, words.en).problem?.message).toBe(words.en.noAnswer);
  const partial = fromTurnJson({ ...interrupted, response: 'Half' }, words.en);
  expect(partial.problem?.message).toBe(words.en.cutOff);
});
