import type { ConversationJson, TurnJson } from '#protocol/conversation/conversation-schema.ts';
import { toConversationMarkdown } from '#protocol/data/conversation-markdown.ts';
import { readConversation } from '../../api.ts';

export type ExportFormat = 'markdown' | 'json';

interface WholeConversation extends ConversationJson {
  readonly turns: readonly TurnJson[];
}

const types = {
  markdown: { extension: 'md', type: 'text/markdown' },
  json: { extension: 'json', type: 'application/json' },
} as const;

/**
 * Downloads a conversation with all its turns as a file, which is named after its title. Throws a
 * `ChatError` if a part of it cannot be read: then there is no file.
 */
export async function exportConversation(
  conversationId: string,
  format: ExportFormat,
  untitled: string,
): Promise<void> {
  const whole = await readWhole(conversationId);
  const { extension, type } = types[format];
  const text =
    format === 'json' ? `${JSON.stringify(whole, undefined, 2)}\n` : toConversationMarkdown(whole);
  download(`${fileName(whole.title) || untitled}.${extension}`, new Blob([text], { type }));
}

/** Reads a conversation page by page, the newest turns first. */
async function readWhole(conversationId: string): Promise<WholeConversation> {
  const { cursor, ...newest } = await readConversation(conversationId, undefined, pageSize);
  const pages = [newest.turns];
  for (let next = cursor; next !== undefined;) {
    const page = await readConversation(conversationId, next, pageSize);
    pages.unshift(page.turns);
    next = page.cursor;
  }
  return { ...newest, turns: pages.flat() };
}

const pageSize = 100;

/** What file systems do not accept in names, and characters that would show another name. */
const unfit = /[\\/:*?"<>|\p{Cc}\p{Cf}]+/gu;

/** Returns a title as the name of a file; empty if nothing is left of it. */
function fileName(title: string): string {
  return title.replaceAll(unfit, ' ').replaceAll(/\s+/gu, ' ').trim().replace(/^\.+/u, '');
}

function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads the blob after the click.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
