import { createHash, randomUUID } from 'node:crypto';
import { integer, string, structure, type Shaped } from '#local/wire/shape.ts';
import type { Store } from '#local/process/store.ts';
import type { Queue } from '#local/sqs/queue.ts';

/** The tables of the message store. */
export const messageSchema = `
CREATE TABLE IF NOT EXISTS messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, queue TEXT, id TEXT, body TEXT, attributes TEXT,
  trace TEXT, group_id TEXT, deduplication_id TEXT, sent_at INTEGER, visible_at INTEGER,
  receive_count INTEGER DEFAULT 0, first_received_at INTEGER, receipt TEXT, source_arn TEXT);
CREATE INDEX IF NOT EXISTS messages_by_queue ON messages (queue, visible_at);
CREATE INDEX IF NOT EXISTS messages_by_group ON messages (queue, group_id);
CREATE TABLE IF NOT EXISTS deduplication (
  queue TEXT, id TEXT, message_id TEXT, seq INTEGER, until INTEGER, PRIMARY KEY (queue, id));
`;

/** A stored message. Times are in milliseconds since 1970. */
const messageShape = structure(
  {
    seq: integer(),
    id: string(),
    body: string(),
    /** JSON. */
    attributes: string(),
    sentAt: integer(),
    visibleAt: integer(),
    receiveCount: integer(),
  },
  {
    trace: string(),
    groupId: string(),
    deduplicationId: string(),
    firstReceivedAt: integer(),
    receipt: string(),
    /** The ARN of the queue from which it moved to the dead-letter queue. */
    sourceArn: string(),
  },
);

/** A message in a queue. */
export type StoredMessage = Shaped<typeof messageShape>;

/** A message to add to a queue. */
export interface NewMessage {
  readonly body: string;
  /** JSON. */
  readonly attributes: string;
  readonly trace?: string | undefined;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly delayMs: number;
}

const sentMessageShape = structure({ id: string(), seq: integer() });

/** The id and the sequence number of a message that was sent. */
export type SentMessage = Shaped<typeof sentMessageShape>;

interface TakeOptions {
  readonly max: number;
  readonly visibilityMs: number;
  readonly nowMs: number;
}

const countsShape = structure({ visible: integer(), inFlight: integer(), delayed: integer() });

type MessageCounts = Shaped<typeof countsShape>;

/** The messages of all queues, in a database. A message is stored when `add` returns. */
export interface QueueStore {
  /** Adds a message. A duplicate in a FIFO queue is not added; the original message is returned. */
  add(queue: Queue, message: NewMessage, nowMs: number): SentMessage;
  /** Returns up to `max` visible messages, oldest first, and hides them for `visibilityMs`. */
  take(queue: Queue, options: TakeOptions): readonly StoredMessage[];
  find(queue: string, receipt: string): StoredMessage | undefined;
  remove(seq: number): void;
  hide(seq: number, untilMs: number): void;
  /** Makes a message visible again as if it had not been received. */
  giveBack(seq: number, receipt: string, nowMs: number): void;
  /** Deletes the deduplication ids of a FIFO queue that no longer exists. */
  forgetDeduplication(queue: string): void;
  /** Moves a message to another queue and resets its receive count. */
  move(seq: number, to: string, sourceArn: string | null): void;
  all(queue: string): readonly StoredMessage[];
  counts(queue: string, nowMs: number): MessageCounts;
  /** Returns the time at which the next hidden message becomes visible. */
  nextVisibleAt(queue: string, nowMs: number): number | undefined;
  purge(queue: string): void;
  /** Deletes the messages that are older than the queue's retention period. */
  expire(queue: Queue, nowMs: number): void;
}

/** FIFO queues recognise duplicates for five minutes. */
const deduplicationMs = 5 * 60_000;

const columns = `seq, id, body, attributes, trace, group_id AS groupId,
  deduplication_id AS deduplicationId, sent_at AS sentAt, visible_at AS visibleAt,
  receive_count AS receiveCount, first_received_at AS firstReceivedAt, receipt,
  source_arn AS sourceArn`;

/** Creates the message store on a database. */
export function createQueueStore(store: Store): QueueStore {
  const byReceipt = store.rows(
    `SELECT ${columns} FROM messages WHERE queue = ? AND receipt = ?`,
    messageShape,
  );
  const all = `SELECT ${columns} FROM messages WHERE queue = ? ORDER BY seq`;
  const remove = store.change('DELETE FROM messages WHERE seq = ?');
  const hide = store.change('UPDATE messages SET visible_at = ?2 WHERE seq = ?1');
  const purge = store.change('DELETE FROM messages WHERE queue = ?');
  const expire = store.change('DELETE FROM messages WHERE queue = ? AND sent_at < ?');
  const next = store.rows(
    'SELECT min(visible_at) AS at FROM messages WHERE queue = ? AND visible_at > ?',
    structure({}, { at: integer() }),
  );
  return {
    ...createMaintenance(store),
    add: createAdder(store),
    take: createTaker(store),
    all: store.rows(all, messageShape),
    find: (queue, receipt) => byReceipt(queue, receipt)[0],
    remove: (seq) => void remove(seq),
    hide: (seq, untilMs) => void hide(seq, untilMs),
    nextVisibleAt: (queue, nowMs) => next(queue, nowMs)[0]?.at,
    purge: (queue) => void purge(queue),
    expire: (queue, nowMs) => void expire(queue.name, nowMs - queue.settings.retention * 1000),
  };
}

function createTaker(store: Store): QueueStore['take'] {
  const visible = store.rows(
    `SELECT ${columns} FROM messages WHERE queue = ?1 AND visible_at <= ?2 ORDER BY seq LIMIT ?3`,
    messageShape,
  );
  // While a message of a group is in flight, no other message of the group is received.
  const visibleInOrder = store.rows(
    `SELECT ${columns} FROM messages AS m WHERE queue = ?1 AND visible_at <= ?2 AND NOT EXISTS (
       SELECT 1 FROM messages AS held WHERE held.queue = ?1 AND held.group_id = m.group_id
       AND held.visible_at > ?2 AND held.receipt IS NOT NULL) ORDER BY seq LIMIT ?3`,
    messageShape,
  );
  const mark = store.change(
    `UPDATE messages SET receipt = ?, visible_at = ?, receive_count = receive_count + 1,
     first_received_at = coalesce(first_received_at, ?) WHERE seq = ?`,
  );
  return (queue, { max, visibilityMs, nowMs }) =>
    store.transaction(() => {
      const select = queue.settings.isFifo ? visibleInOrder : visible;
      return select(queue.name, nowMs, max).map((message) => {
        const receipt = randomUUID() + randomUUID();
        mark(receipt, nowMs + visibilityMs, nowMs, message.seq);
        const receiveCount = message.receiveCount + 1;
        const firstReceivedAt = message.firstReceivedAt ?? nowMs;
        return Object.assign(message, { receipt, receiveCount, firstReceivedAt });
      });
    });
}

function createMaintenance(
  store: Store,
): Pick<QueueStore, 'move' | 'counts' | 'giveBack' | 'forgetDeduplication'> {
  const giveBack = store.change(
    `UPDATE messages SET visible_at = ?3, receive_count = receive_count - 1, receipt = NULL
     WHERE seq = ?1 AND receipt = ?2`,
  );
  const forget = store.change('DELETE FROM deduplication WHERE queue = ?');
  const move = store.change(
    `UPDATE messages SET queue = ?, source_arn = ?, visible_at = 0, receive_count = 0,
     first_received_at = NULL, receipt = NULL WHERE seq = ?`,
  );
  const counts = store.rows(
    `SELECT count(*) FILTER (WHERE visible_at <= ?1) AS visible,
     count(*) FILTER (WHERE visible_at > ?1 AND receipt IS NOT NULL) AS inFlight,
     count(*) FILTER (WHERE visible_at > ?1 AND receipt IS NULL) AS delayed
     FROM messages WHERE queue = ?2`,
    countsShape,
  );
  return {
    giveBack: (seq, receipt, nowMs) => void giveBack(seq, receipt, nowMs),
    forgetDeduplication: (queue) => void forget(queue),
    move: (seq, to, sourceArn) => void move(to, sourceArn, seq),
    counts: (queue, nowMs) => counts(nowMs, queue)[0] ?? { visible: 0, inFlight: 0, delayed: 0 },
  };
}

function createAdder(store: Store): QueueStore['add'] {
  const insert = store.change(
    `INSERT INTO messages (queue, id, body, attributes, trace, group_id, deduplication_id, sent_at,
     visible_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const forget = store.change('DELETE FROM deduplication WHERE until < ?');
  const findDuplicate = store.rows(
    'SELECT message_id AS id, seq FROM deduplication WHERE queue = ? AND id = ?',
    sentMessageShape,
  );
  const remember = store.change('INSERT INTO deduplication VALUES (?, ?, ?, ?, ?)');
  return ({ name, settings }, message, nowMs) =>
    store.transaction(() => {
      const { body, attributes, trace, groupId, delayMs } = message;
      const byContent = settings.deduplicatesByContent ? sha256(body) : null;
      const deduplicationId = message.deduplicationId ?? byContent;
      // With deduplication by group, the same id in another group is another message.
      const scope = settings.deduplicatesByGroup ? ` ${groupId}` : '';
      const isChecked = settings.isFifo && deduplicationId !== null;
      if (isChecked) {
        forget(nowMs);
        const [original] = findDuplicate(name, deduplicationId + scope);
        if (original !== undefined) return original;
      }
      const id = randomUUID();
      const values = [name, id, body, attributes, trace ?? null, groupId ?? null, deduplicationId];
      const { lastId: seq } = insert(...values, nowMs, nowMs + delayMs);
      if (isChecked) remember(name, deduplicationId + scope, id, seq, nowMs + deduplicationMs);
      return { id, seq };
    });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
