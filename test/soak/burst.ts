import type { StreambedSystem } from '#test/fixtures/system.ts';
import { audit, type Audit } from './audit.ts';
import { sendOnce, type Get, type SentTurn } from './client.ts';

export interface Burst extends Audit {
  /** How many of the streams were whole at the first attempt. */
  readonly wholeAtOnce: number;
  /** How many attempts it took until all were whole. */
  readonly attempts: number;
}

/** A reply that says that nothing has begun, so that the request may be sent again. */
const throttled = /^(?:429|503) /u;

const maxAttempts = 10;

/**
 * Sends messages all at once, and those that were throttled again, all at once. Returns what was
 * stored, seen and paid, with one fault for each reply that is neither an answer nor a throttling.
 */
export async function burst(
  system: StreambedSystem,
  route: 'api' | 'url',
  count: number,
): Promise<Burst> {
  const sent: SentTurn[] = [];
  const faults: string[] = [];
  let waiting = Array.from(
    { length: count },
    (_, index) => `Write 60 words about ${route} ${index}.`,
  );
  let wholeAtOnce = 0;
  let attempts = 0;
  while (waiting.length > 0 && attempts < maxAttempts) {
    attempts += 1;
    const turns = await Promise.all(waiting.map((message) => sendOnce(system, route, message)));
    const whole = turns.filter(({ sights }) => sights.every(({ isWhole }) => isWhole));
    if (attempts === 1) wholeAtOnce = whole.length;
    sent.push(...whole);
    const others = turns.filter((turn) => !whole.includes(turn));
    for (const { message, sights } of others) {
      const wrong = sights.filter(({ outcome }) => !throttled.test(outcome));
      faults.push(...wrong.map(({ outcome }) => `${message}: ${outcome}`));
    }
    waiting = others.map(({ message }) => message);
  }
  if (waiting.length > 0) faults.push(`${waiting.length} were never whole`);
  const get: Get = (path) =>
    route === 'api' ? system.api(path) : system.signed('ConversationsFunction', path.slice(1));
  const audited = await audit(system, sent, get);
  return { ...audited, faults: [...faults, ...audited.faults], wholeAtOnce, attempts };
}
