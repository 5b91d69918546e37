import type { Conversation, ConversationKey } from '#domain/conversation/conversation.ts';
import type { Message } from '#domain/conversation/message.ts';
import type { Turn } from '#domain/conversation/turn.ts';
import type { DataKind } from '#domain/data/data-job.ts';

/** Something of an owner, by its id among everything of its kind. */
export interface OwnedItem {
  readonly id: string;
  /** 0 if that is not recorded. */
  readonly createdAtMs: number;
}

/** A page of items: those after an id, and how many of them. */
export interface ItemPage {
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Everything of an owner, by its kind. Every call reaches one owner's data only. */
export interface OwnedData {
  /** Returns up to `limit` items after an id, in the order of ids; none at the end. */
  list(owner: string, kind: DataKind, page: ItemPage): Promise<readonly OwnedItem[]>;
  /** Removes an item that nothing else belongs to. Repeating the call changes nothing. */
  remove(owner: string, kind: SimpleKind, id: string): Promise<void>;
  /**
   * Makes a conversation disappear for its readers and refuses new turns in it. Returns it; undefined
   * if it does not exist.
   */
  close(key: ConversationKey): Promise<Conversation | undefined>;
  /** Returns ended turns of a conversation after a sequence number, oldest first. */
  turnsAfter(key: ConversationKey, sequence: number, limit: number): Promise<readonly Turn[]>;
  /** Returns the messages of a LangChain session. */
  sessionMessages(owner: string, sessionId: string): Promise<readonly Message[]>;
  notes(owner: string): Promise<readonly string[]>;
  /** Returns whether a model call that began between two times has not ended. */
  hasOpenCalls(owner: string, fromMs: number, toMs: number): Promise<boolean>;
  /** Lets the spending of the days that are left expire at a time. */
  expireSpending(owner: string, atMs: number): Promise<void>;
}

/** The kinds whose items are removed by one call. */
export type SimpleKind = Exclude<DataKind, 'tasks' | 'conversations' | 'documents'>;

/** A file of an owner, and the id of what it belongs to. */
export interface OwnedFile {
  readonly name: string;
  readonly id: string;
}

/** The files of owners in one bucket. */
export interface OwnedFiles {
  /** Returns files of an owner after a name, in the order of names; none at the end. */
  list(owner: string, after: string | undefined): Promise<readonly OwnedFile[]>;
  remove(name: string): Promise<void>;
}

/** The files of exports, which owners download by signed URLs. */
export interface ExportFiles {
  write(name: string, content: string, contentType: string): Promise<void>;
  /** Returns a URL that downloads a file for some seconds, with this `Content-Disposition` if any. */
  signDownload(name: string, seconds: number, disposition?: string): Promise<string>;
}
