import { AwsError } from '#local/wire/aws-error.ts';
import type { Clock } from '#local/process/clock.ts';
import { integer, string, structure } from '#local/wire/shape.ts';
import { record } from '#local/template/json.ts';
import type { Store } from '#local/process/store.ts';
import { noSuchQueue, readSettings, type Attributes, type Queue } from '#local/sqs/queue.ts';
import {
  createQueueStore,
  messageSchema,
  type NewMessage,
  type QueueStore,
  type Sent,
  type StoredMessage,
} from '#local/sqs/queue-store.ts';

export const queueSchema = `${messageSchema}
CREATE TABLE IF NOT EXISTS queues (name TEXT PRIMARY KEY, attributes TEXT, created_at INTEGER);`;

/** All queues, and what happens to their messages. */
export interface Queues {
  readonly messages: QueueStore;
  /** Makes a queue, or gives the attributes of the template to one that is there. */
  put(name: string, attributes: Attributes): Queue;
  /** Throws SQS's error for one that is not there. */
  get(name: string): Queue;
  byArn(arn: string): Queue | undefined;
  all(): readonly Queue[];
  delete(name: string): void;
  send(queue: Queue, message: NewMessage): Sent;
  /**
   * Up to `most` messages, waiting so long for the first. Messages received too often go to the
   * dead-letter queue instead.
   */
  receive(queue: Queue, receiving: Receiving): Promise<readonly StoredMessage[]>;
  /** Deletes the message of a receipt, where it is still that of the last who received it. */
  remove(queue: Queue, receipt: string): void;
  /** Puts a message back as if it had not been received. */
  giveBack(message: StoredMessage): void;
  /** Hides the message of a receipt for a while from now; 0 shows it again. */
  changeVisibility(queue: Queue, receipt: string, ms: number): void;
  /** Told whenever messages may have become visible. */
  announce(name: string): void;
}

export interface Receiving {
  readonly most: number;
  readonly visibilityMs: number;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

export interface QueuesSettings {
  readonly store: Store;
  readonly clock: Clock;
  /** Gives the ARN of a queue. */
  arnOf(name: string): string;
}

const queueShape = structure({ name: string(), attributes: string(), createdAt: integer() });

export function createQueues({ store, clock, arnOf }: QueuesSettings): Queues {
  const messages = createQueueStore(store);
  const waiting = createWaiting();
  const known = createKnown(store, arnOf);
  const receiving = { messages, waiting, clock, byArn: known.byArn };
  return {
    messages,
    byArn: known.byArn,
    all: known.all,
    announce: waiting.announce,
    put: (name, attributes) => known.put(name, attributes, Math.floor(clock.now())),
    get(name) {
      const queue = known.get(name);
      if (queue === undefined) throw noSuchQueue();
      return queue;
    },
    delete(name) {
      messages.purge(name);
      messages.forgetDeduplication(name);
      known.delete(name);
    },
    send(queue, message) {
      const sent = messages.add(queue, message, Math.floor(clock.now()));
      waiting.announce(queue.name);
      return sent;
    },
    receive: (queue, wanted) => receive(receiving, queue, wanted),
    remove(queue, receipt) {
      const message = messages.find(queue.name, receipt);
      if (message !== undefined) messages.remove(message.seq);
      waiting.announce(queue.name);
    },
    giveBack: ({ seq, receipt }) => messages.giveBack(seq, receipt ?? '', Math.floor(clock.now())),
    changeVisibility(queue, receipt, ms) {
      const message = messages.find(queue.name, receipt);
      if (message === undefined) throw invalidReceipt(receipt);
      if (message.visibleAt <= clock.now()) {
        throw new AwsError('MessageNotInflight', 'The message referred to is not in flight.', {
          queryCode: 'AWS.SimpleQueueService.MessageNotInflight',
        });
      }
      messages.hide(message.seq, Math.floor(clock.now()) + ms);
      // Whoever waits for it may have to wait less long now.
      waiting.announce(queue.name);
    },
  };
}

interface Known {
  put(name: string, attributes: Attributes, nowMs: number): Queue;
  get(name: string): Queue | undefined;
  byArn(arn: string): Queue | undefined;
  all(): readonly Queue[];
  delete(name: string): void;
}

/** The queues that there are, and were when the system last ended. */
function createKnown(store: Store, arnOf: (name: string) => string): Known {
  const saved = store.rows(
    'SELECT name, attributes, created_at AS createdAt FROM queues',
    queueShape,
  );
  const save = store.change('INSERT OR REPLACE INTO queues VALUES (?, ?, ?)');
  const forget = store.change('DELETE FROM queues WHERE name = ?');
  const toQueue = (name: string, attributes: Attributes, createdAt: number): Queue => {
    const settings = readSettings(name, attributes);
    return { name, attributes, createdAt, settings, arn: arnOf(name) };
  };
  const queues = new Map(
    saved().map(({ name, attributes, createdAt }) => {
      const given = Object.entries(record(JSON.parse(attributes))).map(
        ([key, value]) => [key, String(value)] as const,
      );
      return [name, toQueue(name, Object.fromEntries(given), createdAt)] as const;
    }),
  );
  return {
    get: (name) => queues.get(name),
    byArn: (arn) => [...queues.values()].find((queue) => queue.arn === arn),
    all: () => [...queues.values()],
    put(name, attributes, nowMs) {
      const createdAt = queues.get(name)?.createdAt ?? nowMs;
      const queue = toQueue(name, attributes, createdAt);
      save(name, JSON.stringify(attributes), createdAt);
      queues.set(name, queue);
      return queue;
    },
    delete(name) {
      forget(name);
      queues.delete(name);
    },
  };
}

interface ReceivingFrom {
  readonly messages: QueueStore;
  readonly waiting: Waiting;
  readonly clock: Clock;
  byArn(arn: string): Queue | undefined;
}

async function receive(
  from: ReceivingFrom,
  queue: Queue,
  wanted: Receiving,
): Promise<readonly StoredMessage[]> {
  const { messages, waiting, clock } = from;
  const until = clock.now() + wanted.waitMs;
  for (;;) {
    // Who has left is given nothing.
    if (wanted.signal.aborted) return [];
    const arrival = waiting.next(queue.name);
    // One look at the clock for both: what is not visible yet must be what is waited for.
    const now = clock.now();
    const taken = takeNow(from, queue, { ...wanted, nowMs: Math.floor(now) });
    if (taken.length > 0 || now >= until) return taken;
    const next = Math.min(until, messages.nextVisibleAt(queue.name, Math.floor(now)) ?? until);
    const ended = new AbortController();
    const signal = AbortSignal.any([wanted.signal, ended.signal]);
    // Without an end there is nothing to sleep for but the next hidden message.
    const sleep = next === Infinity ? aborted(signal) : clock.sleep(next - now, signal);
    await Promise.race([arrival, sleep]);
    ended.abort();
  }
}

/** What can be seen now; what was received too often becomes a dead letter instead. */
function takeNow(
  { messages, waiting, byArn }: ReceivingFrom,
  queue: Queue,
  { most, visibilityMs, nowMs }: Receiving & { readonly nowMs: number },
): readonly StoredMessage[] {
  messages.expire(queue, nowMs);
  const { redrive } = queue.settings;
  const target = redrive === undefined ? undefined : byArn(redrive.deadLetterArn);
  for (;;) {
    const taken = messages.take(queue, { most, visibilityMs, nowMs });
    const isDead = ({ receiveCount }: StoredMessage): boolean =>
      target !== undefined && receiveCount > (redrive?.maxReceives ?? Infinity);
    const dead = taken.filter(isDead);
    if (target === undefined || dead.length === 0) return taken;
    for (const { seq } of dead) messages.move(seq, target.name, queue.arn);
    waiting.announce(target.name);
    const alive = taken.filter((message) => !isDead(message));
    if (alive.length > 0) return alive;
  }
}

/** SQS's error for a receipt that it has not given. */
export function invalidReceipt(receipt: string): AwsError {
  const message = `The input receipt handle "${receipt}" is not a valid receipt handle.`;
  return new AwsError('ReceiptHandleIsInvalid', message);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  );
}

interface Waiting {
  /** Resolves at the next announcement for a queue. */
  next(name: string): Promise<void>;
  announce(name: string): void;
}

function createWaiting(): Waiting {
  const waiting = new Map<string, PromiseWithResolvers<void>>();
  return {
    next(name) {
      const pending = waiting.get(name) ?? Promise.withResolvers<void>();
      waiting.set(name, pending);
      return pending.promise;
    },
    announce(name) {
      waiting.get(name)?.resolve();
      waiting.delete(name);
    },
  };
}
