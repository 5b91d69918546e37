import { expect, test } from 'vitest';
import type { Conversations } from '#domain/conversation/conversations.ts';
import type { ContentBlock } from '#domain/conversation/message.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import { beginning, begun, ended } from '#test/suites/conversations-suite.ts';

/** The tests of what is stored with conversations and turns, for every implementation. */
export function describeContents(create: () => Conversations): void {
  let count = 0;
  const fresh = (): { owner: string; conversationId: string } => {
    count += 1;
    return { owner: `owner of contents ${count}/#`, conversationId: `c${count}` };
  };

  test('every kind of block is stored with all its fields', async () => {
    const conversations = create();
    const key = fresh();
    const { live } = await begun(conversations, beginning(key, { turnId: 't1' }));
    const passages = [{ text: 'Rain.', source: 's3://b/rain.txt', title: 'Rain', score: 0.5 }];
    const content: readonly ContentBlock[] = [
      { type: 'retrieval', query: 'weather', passages },
      { type: 'reasoning', text: 'Hm.', signature: 's', durationMs: 1_500 },
      { type: 'tool-use', toolUseId: 'a', name: 'clock', inputJson: '{}' },
      { type: 'tool-result', toolUseId: 'a', text: 'noon', durationMs: 300 },
      { type: 'tool-result', toolUseId: 'b', text: 'No.', isError: true, isDenied: true },
      { type: 'citation', span: { start: 0, end: 2 }, passages },
      { type: 'approval', toolUseId: 'c' },
    ];
    const turn: Turn = { ...ended(live), answer: { role: 'assistant', content } };
    await conversations.finish(key, turn);
    expect(await conversations.turn({ ...key, turnId: 't1', sequence: 1 })).toEqual(turn);
  });

  test('settings are replaced as a whole, beside whatever else changes', async () => {
    const conversations = create();
    const key = fresh();
    const settings = {
      model: 'm',
      system: 'Be brief.',
      inference: { temperature: 0.5, stop_sequences: ['END'] },
      tools: ['time'],
    };
    const { live } = await begun(conversations, beginning(key, { turnId: 't1' }));
    await Promise.all([
      conversations.change(key, { settings }),
      conversations.change(key, { title: 'Rivers' }),
      conversations.finish(key, ended(live)),
    ]);
    expect(await conversations.find(key)).toMatchObject({ title: 'Rivers', settings });
    await conversations.change(key, { settings: { agent: 'helper' } });
    await begun(conversations, beginning(key, { turnId: 't2' }));
    expect((await conversations.find(key))?.settings).toEqual({ agent: 'helper' });
    await conversations.change(key, { settings: {}, title: 'Lakes' });
    await conversations.change(key, { settings: {} });
    const changed = await conversations.find(key);
    expect([changed?.title, changed?.settings]).toEqual(['Lakes', undefined]);
  });
}
