import { expect, test } from 'vitest';
import { toConversationMarkdown } from './conversation-markdown.ts';

test('a conversation in Markdown has every turn, and how an answer ended', () => {
  const at = '2026-11-30T09:00:00Z';
  const turns = (['complete', 'timed_out', 'running'] as const).map((state) => {
    return { created_at: at, message: 'Why?', response: 'Because.', state };
  });
  const text = toConversationMarkdown({ title: 'Rivers', created_at: at, turns });
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
