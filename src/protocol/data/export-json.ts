import type { Conversation } from '#domain/conversation/conversation.ts';
import { messageText, type Message } from '#domain/conversation/message.ts';
import type { ExportedFile, ExportEntry } from '#domain/data/export-entries.ts';
import { toAttachmentJson } from '#protocol/conversation/attachment-json.ts';
import {
  toLiveTurnJson,
  toTurnJson,
  toWholeConversationJson,
} from '#protocol/conversation/conversation-json.ts';
import { toDocumentJson } from '#protocol/document/document-json.ts';
import { toTime } from '#protocol/http/time.ts';
import { toDayJson } from '#protocol/spending/spending-json.ts';
import { toTaskJson } from '#protocol/task/task-json.ts';

/** A part of an export, and when it was written. */
export interface ExportPart {
  readonly exportId: string;
  /** From 1. */
  readonly number: number;
  readonly atMs: number;
  readonly entries: readonly ExportEntry[];
}

/** A conversation, with its turns in a part. */
export interface ConversationInPart {
  readonly conversation: Conversation;
  readonly turns: TurnInPart[];
}

/** A turn, with the files of its question. */
export type TurnInPart = Pick<EntryOf<'turn'>, 'turn' | 'files'>;

/** Returns a part of an export as a JSON document, with what each kind has in it. */
export function toExportDocument({ exportId, number, atMs, entries }: ExportPart): string {
  const of = <Type extends ExportEntry['type']>(type: Type) =>
    entries.filter((entry): entry is EntryOf<Type> => entry.type === type);
  const document = {
    export_id: exportId,
    part: number,
    created_at: toTime(atMs),
    conversations: conversationsIn(entries).map((one) => toWholeConversation(one, atMs)),
    attachments: of('attachment').map(({ file }) => toFileEntry(file)),
    tasks: of('task').map(toTaskEntry),
    documents: of('document').map(toDocumentEntry),
    sessions: of('session').map(({ sessionId, messages }) => {
      return { session_id: sessionId, messages: messages.map(toMessageJson) };
    }),
    notes: of('notes').flatMap(({ notes }) => notes),
    spending: of('spending').map(({ day }) => toDayJson(day)),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

type EntryOf<Type extends ExportEntry['type']> = Extract<ExportEntry, { type: Type }>;

function toTaskEntry({ task }: EntryOf<'task'>): object {
  return { ...toTaskJson(task, undefined), request: JSON.parse(task.request) };
}

function toDocumentEntry({ document, upload }: EntryOf<'document'>): object {
  const { kind, format } = document;
  const file = upload === undefined ? {} : { upload_base64: upload };
  return { kind, format, ...toDocumentJson({ document, steps: [] }), ...file };
}

/** Returns the conversations of a part, each with its turns in the part. */
export function conversationsIn(entries: readonly ExportEntry[]): readonly ConversationInPart[] {
  const found = new Map<string, ConversationInPart>();
  for (const entry of entries) {
    if (entry.type !== 'conversation' && entry.type !== 'turn') continue;
    const { conversation } = entry;
    const known = found.get(conversation.conversationId) ?? { conversation, turns: [] };
    found.set(conversation.conversationId, known);
    if (entry.type === 'turn') known.turns.push(entry);
  }
  return [...found.values()];
}

/** One-shot prompts and tasks are stored as conversations, too, with a dot in their ids. */
function typeOf({ conversationId }: Conversation): string {
  if (conversationId.startsWith('task.')) return 'task';
  return conversationId.includes('.') ? 'prompt' : 'conversation';
}

function toWholeConversation({ conversation, turns }: ConversationInPart, atMs: number): object {
  return {
    type: typeOf(conversation),
    ...toWholeConversationJson(conversation),
    turns: turns.map((one) => toTurnEntry(one, atMs)),
  };
}

function toTurnEntry({ turn, files }: TurnInPart, atMs: number): object {
  const attachments = files.length === 0 ? {} : { attachments: files.map(toFileEntry) };
  if (!('state' in turn)) return { ...toLiveTurnJson(turn, atMs), ...attachments };
  const summary = turn.summary === undefined ? {} : { summary: turn.summary };
  return { ...toTurnJson(turn), ...summary, ...attachments };
}

function toFileEntry({ attachment, base64 }: ExportedFile): object {
  return { ...toAttachmentJson(attachment), file_base64: base64 };
}

function toMessageJson(message: Message): object {
  return { role: message.role, text: messageText(message) };
}
