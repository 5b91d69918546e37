import { expect, test } from 'vitest';
import { errorCodes, type ErrorCode } from '#domain/errors.ts';
import type { TurnJson } from '#protocol/conversation/conversation-schema.ts';
import { emptyAnswer } from '#domain/conversation/accumulate.ts';
import { ChatError } from '#domain/errors.ts';
import { endingOf, type Ending } from './ending/ending.ts';
import { endingWords } from './ending/words.ts';
import { fromTurnJson, problemOf, type TurnView } from './turn-view.ts';

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
const half = { response: 'Half', content: [{ type: 'text', text: 'Half' } as const] };

const storedEnding = (turn: Partial<TurnJson>, language: 'en' | 'ja' = 'en'): Ending | undefined =>
  endingOf(fromTurnJson({ ...failed, ...turn }), endingWords[language]);

/** The ending that the page shows when it has watched the turn. */
function seenEnding(code: ErrorCode, text: string, language: 'en' | 'ja'): Ending | undefined {
  const turn: TurnView = {
    key: 'k',
    turnId: 't1',
    parentId: null,
    question: 'Hi',
    answer: text === '' ? emptyAnswer : { content: [{ type: 'text', text }], indexes: [0] },
    state: 'settled',
    isAnnounced: true,
    startedAtMs: 0,
    problem: problemOf(new ChatError(code, '')),
  };
  return endingOf(turn, endingWords[language]);
}

test.each(errorCodes.filter((code) => code !== 'forbidden'))(
  'a stored turn that failed with %s shows what was shown when it failed',
  (code) => {
    for (const language of ['en', 'ja'] as const) {
      const missing = storedEnding({ error_code: code }, language);
      expect(missing).toEqual(seenEnding(code, '', language));
      const cut = storedEnding({ error_code: code, ...half }, language);
      expect(cut).toEqual(seenEnding(code, 'Half', language));
      expect(`${missing?.title}${cut?.text}`).not.toContain('undefined');
    }
    // Codes are in the details, and nowhere else.
    const japanese = storedEnding({ error_code: code }, 'ja');
    expect(`${japanese?.title}${japanese?.text}`).not.toMatch(/[a-z]/u);
  },
);

test('a stored turn took the time from its beginning to its end, if that is known', () => {
  const ended = { ...failed, ended_at: '2026-01-01T00:00:03.400Z' };
  expect(fromTurnJson(ended).durationMs).toBe(3_400);
  expect(fromTurnJson(failed)).not.toHaveProperty('durationMs');
});

test('an interrupted turn says whether anything arrived', () => {
  expect(storedEnding({ state: 'interrupted' })).toMatchObject({
    kind: 'wait',
    title: 'The system restarted during this answer.',
    text: 'Your message is saved.',
    actions: ['try-again'],
  });
  expect(storedEnding({ state: 'interrupted', ...half })).toMatchObject({
    text: 'What arrived is saved.',
    actions: ['continue'],
  });
});

test.each([
  ['stopped', 'plain', ['continue']],
  ['max_tokens', 'plain', ['continue']],
  ['model_context_window_exceeded', 'plain', ['new-chat']],
  ['refusal', 'plain', ['edit']],
  ['guardrail_intervened', 'wait', ['edit']],
  ['content_filtered', 'wait', ['edit', 'regenerate']],
  ['malformed_model_output', 'wait', ['regenerate']],
  ['malformed_tool_use', 'wait', ['regenerate']],
] as const)('an answer that ended with %s is %s and offers %j', (reason, kind, actions) => {
  const turn = { state: 'complete', stop_reason: reason, ...half } as const;
  expect(storedEnding(turn)).toMatchObject({ kind, actions });
  expect(storedEnding(turn, 'ja')).toMatchObject({ kind, actions });
});

test('an answer that came to its end has no ending, and an empty one says so', () => {
  expect(storedEnding({ state: 'complete', stop_reason: 'end_turn', ...half })).toBe(undefined);
  expect(storedEnding({ state: 'complete', stop_reason: 'end_turn' })).toMatchObject({
    text: 'The model returned an empty answer.',
    actions: ['regenerate'],
  });
});

test('the limit of a day is shown with its end until that has come', () => {
  const limit = { error_code: 'quota_exceeded', error_detail: 'The budget for today is used up.' };
  const created_at = new Date().toISOString();
  const today = storedEnding({ ...limit, created_at });
  expect(today).toMatchObject({ kind: 'wait', icon: 'chart', actions: ['see-spending'] });
  expect(today?.text).toMatch(/^Your message is saved\. The limit resets at .*\d\d:\d\d\.$/u);
  expect(storedEnding(limit)).toMatchObject({ actions: ['try-again'] });
});

test('a limit of a minute can be tried again when that is over', () => {
  const error = new ChatError('quota_exceeded', 'Too many.', { retryAfterSeconds: 12 });
  const turn = { ...fromTurnJson(failed), problem: problemOf(error) };
  expect(endingOf(turn, endingWords.en)).toMatchObject({
    title: 'You have sent too many messages in a minute.',
    actions: ['try-again'],
    retryAtMs: expect.any(Number),
  });
});
