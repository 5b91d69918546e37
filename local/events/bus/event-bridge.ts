import type { ServiceSettings } from '#local/gateway/service-settings.ts';
import { join } from 'node:path';
import { createJsonEngine } from '#local/wire/aws-json.ts';
import type { Engine } from '#local/wire/aws-exchange.ts';
import { openEventBuses, type EventBuses } from '#local/events/bus/event-buses.ts';
import { busOperations } from '#local/events/bus/bus-operations.ts';
import { invalidInput } from '#local/events/bus/event-errors.ts';
import {
  putEvents,
  testEventPattern,
  toEvent,
  type NewEvent,
} from '#local/events/bus/put-events.ts';
import { ruleOperations } from '#local/events/bus/rule-operations.ts';
import { targetOperations } from '#local/events/bus/target-operations.ts';
import type { Send } from '#local/lambda/invoke/delivery.ts';
import { documentSchema } from '#local/process/documents.ts';
import { openStore } from '#local/process/store.ts';

/** The settings of the local EventBridge. */
export interface EventBridgeOptions extends ServiceSettings {
  readonly send: Send;
  warn(message: string): void;
}

/** A local EventBridge. */
export interface EventBridge {
  readonly engine: Engine;
  readonly buses: EventBuses;
  /** Puts an event of a service of AWS on a bus. Returns false if there is no such bus. */
  emit(nameOrArn: string, event: NewEvent): boolean;
  close(): void;
}

/** Creates a local EventBridge, whose rules are stored on disk. */
export function createEventBridge(options: EventBridgeOptions): EventBridge {
  const { data, disk, credentials, region, clock, send, warn } = options;
  const store = openStore(join(data, 'events.sqlite'), documentSchema, disk);
  const buses = openEventBuses({ store, region, send, warn });
  const maker = { region, now: clock.now };
  const engine = createJsonEngine({
    credentials,
    target: 'AWSEvents',
    version: '1.1',
    refuse: invalidInput,
    operations: new Map([
      ['PutEvents', putEvents(buses, maker)],
      ['TestEventPattern', testEventPattern()],
      ...busOperations(buses, maker),
      ...ruleOperations(buses, region),
      ...targetOperations(buses),
    ]),
  });
  return {
    engine,
    buses,
    emit(nameOrArn, event) {
      const bus = buses.bus(buses.nameOf(nameOrArn));
      if (bus !== undefined) buses.emit(bus.name, toEvent(event, maker));
      return bus !== undefined;
    },
    close: () => store.close(),
  };
}
