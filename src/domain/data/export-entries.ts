import type { AttachmentBlock, Attachments } from '#domain/conversation/attachment.ts';
import type { Conversation, ConversationKey } from '#domain/conversation/conversation.ts';
import { attachmentsIn, type Message } from '#domain/conversation/message.ts';
import type { LiveTurn, Turn } from '#domain/conversation/turn.ts';
import type { Clock } from '#domain/clock.ts';
import type { Conversations } from '#domain/conversation/conversations.ts';
import type { Cursor, DataJob, DataKind } from '#domain/data/data-job.ts';
import { isDue } from '#domain/data/kinds.ts';
import type { OwnedData } from '#domain/data/owned-data.ts';
import type { Document, DocumentKey, Documents } from '#domain/document/document.ts';
import type { DaySpending, Ledger } from '#domain/spending/ledger.ts';
import type { Task, Tasks } from '#domain/task/task.ts';

/** What an export contains, in this order. Secrets and sessions of the page are not data. */
export const exportedKinds = [
  'conversations',
  'attachments',
  'tasks',
  'documents',
  'sessions',
  'notes',
  'spending_days',
] as const satisfies readonly DataKind[];

/** Where an export reads everything of an owner. */
export interface ReadingPorts {
  readonly owned: OwnedData;
  readonly conversations: Conversations;
  readonly tasks: Tasks;
  readonly documents: Documents;
  readonly ledger: Pick<Ledger, 'days'>;
  readonly clock: Clock;
  /** Returns the file of a document as it was uploaded, in base64; undefined if there is none. */
  readUpload(key: DocumentKey): Promise<string | undefined>;
  /** Returns a file as a conversation keeps it, or as it was uploaded; undefined if there is none. */
  readFile(key: Parameters<Attachments['read']>[0]): Promise<ExportedFile | undefined>;
}

/** A file of a message, with its bytes in base64. */
export interface ExportedFile {
  readonly attachment: AttachmentBlock;
  readonly base64: string;
}

type ExportedKind = (typeof exportedKinds)[number];

/** The kinds whose items are one entry each, which is read by the id. */
type ItemKind = Exclude<ExportedKind, 'conversations' | 'spending_days'>;

/** Something that an export contains. A turn follows the entry of its conversation. */
export type ExportEntry =
  | {
      readonly type: 'conversation';
      readonly kind: 'conversations';
      readonly conversation: Conversation;
    }
  | {
      readonly type: 'turn';
      readonly conversation: Conversation;
      readonly turn: Turn | LiveTurn;
      /** The files of its question. One that no longer exists is missing. */
      readonly files: readonly ExportedFile[];
    }
  /** A file that was uploaded lately, whether or not a message has it. */
  | { readonly type: 'attachment'; readonly kind: 'attachments'; readonly file: ExportedFile }
  | { readonly type: 'task'; readonly kind: 'tasks'; readonly task: Task }
  | {
      readonly type: 'document';
      readonly kind: 'documents';
      readonly document: Document;
      /** The file as it was uploaded, in base64; absent if there is none. */
      readonly upload?: string | undefined;
    }
  | {
      readonly type: 'session';
      readonly kind: 'sessions';
      readonly sessionId: string;
      readonly messages: readonly Message[];
    }
  | { readonly type: 'notes'; readonly kind: 'notes'; readonly notes: readonly string[] }
  | { readonly type: 'spending'; readonly kind: 'spending_days'; readonly day: DaySpending };

/** An entry, and where an export continues after it. */
export interface ExportStep {
  readonly entry: ExportEntry;
  readonly next: Cursor;
}

/** How many items are read at once. */
const pageSize = 10;

/** Emits everything that an export contains from a cursor on, always in the same order. */
export async function* exportedEntries(
  ports: ReadingPorts,
  job: DataJob,
  cursor: Cursor,
): AsyncGenerator<ExportStep> {
  const first = exportedKinds.findIndex((kind) => kind === cursor.kind);
  for (const [at, kind] of exportedKinds.slice(first).entries()) {
    yield* entriesOf(ports, job, kind, at === 0 ? cursor.after : undefined);
  }
}

async function* entriesOf(
  ports: ReadingPorts,
  job: DataJob,
  kind: ExportedKind,
  from: string | undefined,
): AsyncGenerator<ExportStep> {
  if (kind === 'spending_days') return yield* spendingSteps(ports, job, from);
  const { after: begun, sequence } = fromAfter(from);
  if (sequence !== undefined && begun !== undefined) {
    yield* turnSteps(ports, job, begun, sequence);
  }
  for (let after = begun; ;) {
    const items = await ports.owned.list(job.owner, kind, { after, limit: pageSize });
    if (items.length === 0) return;
    const due = items.filter((item) => isDue(job, kind, item, ports.clock.now()));
    for (const { id } of due) {
      if (kind === 'conversations') yield* conversationSteps(ports, job, id);
      else yield* itemSteps(ports, job, kind, id);
    }
    after = items.at(-1)?.id;
  }
}

async function* itemSteps(
  ports: ReadingPorts,
  job: DataJob,
  kind: ItemKind,
  id: string,
): AsyncGenerator<ExportStep> {
  const entry = await readEntry(ports, job.owner, kind, id);
  if (entry !== undefined) yield { entry, next: { kind, after: toAfter(id) } };
}

/** Returns the entry of an item; undefined if it has been deleted since. */
async function readEntry(
  { owned, tasks, documents, readFile, readUpload }: ReadingPorts,
  owner: string,
  kind: ItemKind,
  id: string,
): Promise<ExportEntry | undefined> {
  switch (kind) {
    case 'attachments': {
      const file = await readFile({ owner, attachmentId: id });
      return file && { type: 'attachment', kind, file };
    }
    case 'tasks': {
      const task = await tasks.find({ owner, taskId: id });
      return task && { type: 'task', kind, task };
    }
    case 'documents': {
      const document = await documents.find({ owner, documentId: id });
      if (document === undefined) return undefined;
      return { type: 'document', kind, document, upload: await readUpload(document) };
    }
    case 'sessions':
      return {
        type: 'session',
        kind,
        sessionId: id,
        messages: await owned.sessionMessages(owner, id),
      };
    case 'notes':
      return { type: 'notes', kind, notes: await owned.notes(owner) };
  }
}

/** Spending is stored for 400 days, and all of it is read at once. */
const maxDays = 402;

async function* spendingSteps(
  { ledger }: ReadingPorts,
  { owner }: DataJob,
  after: string | undefined,
): AsyncGenerator<ExportStep> {
  const kind = 'spending_days';
  const days = await ledger.days(owner, maxDays);
  for (const day of days.toReversed()) {
    if (day.day <= Number(after ?? 0)) continue;
    yield { entry: { type: 'spending', kind, day }, next: { kind, after: String(day.day) } };
  }
}

async function* conversationSteps(
  ports: ReadingPorts,
  job: DataJob,
  id: string,
): AsyncGenerator<ExportStep> {
  const conversation = await ports.conversations.find({ owner: job.owner, conversationId: id });
  if (conversation === undefined || (await isKeyOnly(ports, conversation))) return;
  yield {
    entry: { type: 'conversation', kind: 'conversations', conversation },
    next: { kind: 'conversations', after: toAfter(id, 0) },
  };
  yield* turnSteps(ports, job, id, 0);
}

/** The key of a cached prompt has an item like that of a conversation, without a turn. */
async function isKeyOnly(
  { owned }: ReadingPorts,
  { owner, conversationId, liveTurn }: Conversation,
): Promise<boolean> {
  const isListed = !conversationId.includes('.');
  if (isListed || liveTurn !== undefined) return false;
  return (await owned.turnsAfter({ owner, conversationId }, 0, 1)).length === 0;
}

/** How many turns are read at once. Each can have some megabytes. */
const turnsRead = 20;

/** Emits the turns of a conversation after a sequence number; the live one without an answer. */
async function* turnSteps(
  ports: ReadingPorts,
  { owner }: DataJob,
  conversationId: string,
  sequence: number,
): AsyncGenerator<ExportStep> {
  const key = { owner, conversationId };
  // Read first: a turn that ends in between is in both, and is emitted once.
  const conversation = await ports.conversations.find(key);
  if (conversation === undefined) return;
  const step = async (turn: Turn | LiveTurn): Promise<ExportStep> => ({
    entry: { type: 'turn', conversation, turn, files: await filesOf(ports, key, turn) },
    next: { kind: 'conversations', after: toAfter(conversationId, turn.sequence) },
  });
  const { liveTurn: live } = conversation;
  const lastSequence = live?.sequence ?? Infinity;
  let reached = sequence;
  for (;;) {
    const turns = await ports.owned.turnsAfter(key, reached, turnsRead);
    const shown = turns.filter((turn) => turn.sequence <= lastSequence);
    for (const turn of shown) yield await step(turn);
    reached = shown.at(-1)?.sequence ?? reached;
    if (shown.length === 0) break;
  }
  if (live !== undefined && live.sequence > reached) yield await step(live);
}

async function filesOf(
  { readFile }: ReadingPorts,
  key: ConversationKey,
  { question }: Turn | LiveTurn,
): Promise<readonly ExportedFile[]> {
  const reads = attachmentsIn(question).map(({ attachmentId }) =>
    readFile({ ...key, attachmentId }),
  );
  return (await Promise.all(reads)).filter((file) => file !== undefined);
}

/** Returns the place after an item, or within a conversation after one of its turns. */
function toAfter(id: string, sequence?: number): string {
  return sequence === undefined ? id : `${id}#${sequence}`;
}

function fromAfter(text: string | undefined): {
  readonly after: string | undefined;
  readonly sequence: number | undefined;
} {
  const [, id, sequence] = /^(.*)#(\d+)$/u.exec(text ?? '') ?? [];
  if (id === undefined) return { after: text, sequence: undefined };
  return { after: id, sequence: Number(sequence) };
}
