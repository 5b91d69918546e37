import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { openEventBuses, type EventBuses } from '#local/events/bus/event-buses.ts';
import { busArn, type BusEvent, type Rule } from '#local/events/bus/rule.ts';
import { createDisk } from '#local/process/disk.ts';
import { documentSchema } from '#local/process/documents.ts';
import { openStore } from '#local/process/store.ts';

const region = 'us-east-1';
const queue = 'arn:aws:sqs:us-east-1:000000000000:queue';
const event: BusEvent = {
  version: '0',
  id: 'a',
  'detail-type': 'order',
  source: 'shop',
  account: '000000000000',
  time: '2026-01-02T12:00:00Z',
  region,
  resources: [],
  detail: {},
};

let sent: string[] = [];
let warnings: string[] = [];
let buses: EventBuses;

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'streambed-'));
  const store = openStore(join(folder, 'events.sqlite'), documentSchema, createDisk(folder));
  sent = [];
  warnings = [];
  buses = openEventBuses({
    store,
    region,
    send: (arn) => void sent.push(arn),
    warn: (message) => void warnings.push(message),
  });
});

/** Creates a bus with a rule that sends every order to some targets. */
function putBus(name: string, targets: readonly string[]): void {
  const by = 'api' as const;
  buses.putBus({ name, arn: busArn(region, name), createdAt: 0, tags: {}, by });
  const rule: Rule = {
    name: 'all',
    bus: name,
    arn: `${name}/all`,
    state: 'ENABLED',
    targets: targets.map((Arn, index) => ({
      Id: String(index),
      Arn,
      DeadLetterConfig: { Arn: `${queue}-dead` },
    })),
    tags: {},
    pattern: '{"source":["shop"]}',
    by,
  };
  buses.putRule(rule);
}

test('an event goes from bus to bus only once, so it cannot go in a circle', () => {
  for (const [from, to] of [
    ['first', 'second'],
    ['second', 'first'],
  ] as const) {
    putBus(from, [...Array.from({ length: 4 }, () => busArn(region, to)), queue]);
  }
  buses.emit('first', event);
  expect(sent).toEqual(Array.from({ length: 5 }, () => queue));
  expect(warnings[0]).toContain('no third bus receives it');
});

test.each([
  'arn:aws:events:us-east-1:111111111111:event-bus/second',
  'arn:aws:events:eu-west-1:000000000000:event-bus/second',
])('the bus %s is not the one of this account and Region', (other) => {
  putBus('first', [other]);
  putBus('second', [queue]);
  buses.emit('first', event);
  expect(sent).toEqual([`${queue}-dead`]);
  expect(buses.bus(buses.nameOf(other))).toBeUndefined();
  expect(buses.bus(buses.nameOf(busArn(region, 'second')))).toBeDefined();
});
