import type { TurnJson } from '#protocol/conversation/conversation-schema.ts';

/** A turn, as far as people read it. */
export type ReadableTurn = Pick<
  TurnJson,
  'created_at' | 'message' | 'attachments' | 'response' | 'state'
>;

interface ReadableConversation {
  readonly title: string;
  readonly created_at: string;
  readonly turns: readonly ReadableTurn[];
}

/** Returns a conversation as Markdown, for people to read. */
export function toConversationMarkdown(conversation: ReadableConversation): string {
  const { title, created_at: begunAt, turns } = conversation;
  const sections = [`# ${title}`, `Begun ${begunAt}.`, ...turns.flatMap(toTurnSections)];
  return `${sections.join('\n\n')}\n`;
}

/** Returns what was asked and answered in a turn, with how the answer ended unless it is whole. */
export function toTurnSections(turn: ReadableTurn): readonly string[] {
  const { created_at: askedAt, message, attachments = [], response, state } = turn;
  const files = attachments.map(({ name }) => `_File: ${name}_`);
  const asked = [`**You**, ${askedAt}:`, ...files, message];
  if (state === 'running') return [...asked, '_The answer was still being written._'];
  const ending = state === 'complete' ? '' : ` (${state.replace('_', ' ')})`;
  return [...asked, `**Assistant**${ending}:`, response];
}
