import { expect, test } from 'vitest';
import { toConversationMarkdown } from './conversation-markdown.ts';

test('a conversation in Markdown has every turn, and how an answer ended', () => {
  const turn = { created_at: '2026-11-30T09:00:00Z', message: 'Why?', response: 'Because.' };
  const turns = (['complete', 'timed_out', 'running'] as const).map((state) => ({
    ...turn,
    state,
  }));
  const text = toConversationMarkdown({ title: 'Rivers', created_at: turn.created_at, turns });
  expect(text.split('\n\n')).toEqual([
    '# Rivers',
    'Begun 2026-11-30T09:00:00Z.',
    '**You**, 2026-11-30T09:00:00Z:',
    'Why?',
    '**Assistant**:',
    'Because.',
    '**You**, 2026-11-30T09:00:00Z:',
    'Why?',
    '**Assistant** (timed out):',
    'Because.',
    '**You**, 2026-11-30T09:00:00Z:',
    'Why?',
    '_The answer was still being written._\n',
  ]);
});
