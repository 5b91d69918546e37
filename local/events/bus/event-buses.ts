import { matchesPattern } from '#local/events/event-pattern.ts';
import { sendToTarget, type SendSettings } from '#local/events/bus/send-to-target.ts';
import {
  busArn,
  busName,
  busShape,
  ruleShape,
  type BusEvent,
  type EventBus,
  type Rule,
} from '#local/events/bus/rule.ts';
import { openDocuments } from '#local/process/documents.ts';
import type { Store } from '#local/process/store.ts';

/** The event buses and their rules. */
export interface EventBuses {
  /** Returns the name of a bus, which may be given by its ARN: without both, the default one's. */
  nameOf(nameOrArn?: string): string;
  bus(name: string): EventBus | undefined;
  buses(): readonly EventBus[];
  putBus(bus: EventBus): void;
  deleteBus(name: string): void;
  rule(bus: string, name: string): Rule | undefined;
  /** Returns the rules of a bus, or of all. */
  rules(bus?: string): readonly Rule[];
  putRule(rule: Rule): void;
  deleteRule(rule: Rule): void;
  /** Sends an event to the targets of the rules that it matches, and returns when they have it. */
  emit(bus: string, event: BusEvent): void;
  /** Sends an event to the targets of one rule. */
  fire(rule: Rule, event: BusEvent): void;
  /** Calls back with each rule that is put, and with each that is deleted. */
  onRule(listener: (arn: string, rule: Rule | undefined) => void): void;
}

export interface EventBusesSettings extends Omit<SendSettings, 'forward'> {
  readonly store: Store;
  readonly region: string;
}

/** Opens the buses and the rules that the store has. There is always a default bus. */
export function openEventBuses(settings: EventBusesSettings): EventBuses {
  const { store, region, warn } = settings;
  const buses = openDocuments(store, 'bus', busShape);
  const rules = openDocuments(store, 'rule', ruleShape);
  const listeners: ((arn: string, rule: Rule | undefined) => void)[] = [];
  const notify = (arn: string, rule: Rule | undefined): void =>
    listeners.forEach((listener) => listener(arn, rule));
  if (buses.get('default') === undefined) buses.put('default', defaultBus(region));
  const fire = (rule: Rule, event: BusEvent, isForwarded = false): void => {
    const forward = (arn: string, forwarded: BusEvent): void => {
      const name = busName(region, arn);
      if (buses.get(name) === undefined) throw new Error(`there is no event bus ${name}`);
      if (!isForwarded) return emit(name, forwarded, true);
      // re:Post, "eventbridge max eventbuses on event path": so rules cannot send it in a circle.
      const reason = `it came to ${rule.bus} from another bus, and no third bus receives it`;
      warn(`${rule.arn}: an event was not sent to the bus ${name}: ${reason}, as on AWS`);
    };
    for (const target of rule.targets) {
      sendToTarget({ ...settings, forward }, { rule, target, event });
    }
  };
  const emit = (name: string, event: BusEvent, isForwarded = false): void => {
    if (buses.get(name) === undefined) {
      warn(`An event for the bus ${name}, which does not exist, was dropped, as on AWS`);
    }
    for (const rule of rules.all()) {
      const isMatch = rule.bus === name && rule.state !== 'DISABLED' && matchesRule(rule, event);
      if (isMatch) fire(rule, event, isForwarded);
    }
  };
  return {
    nameOf: (nameOrArn) => busName(region, nameOrArn),
    bus: (name) => buses.get(name),
    buses: () => buses.all(),
    putBus: (bus) => buses.put(bus.name, bus),
    deleteBus: (name) => void buses.delete(name),
    rule: (bus, name) => rules.get(`${bus}/${name}`),
    rules: (bus) => rules.all().filter((rule) => bus === undefined || rule.bus === bus),
    putRule(rule) {
      rules.put(`${rule.bus}/${rule.name}`, rule);
      notify(rule.arn, rule);
    },
    deleteRule({ bus, name, arn }) {
      rules.delete(`${bus}/${name}`);
      notify(arn, undefined);
    },
    emit: (name, event) => emit(name, event),
    fire: (rule, event) => fire(rule, event),
    onRule: (listener) => void listeners.push(listener),
  };
}

function defaultBus(region: string): EventBus {
  const name = 'default';
  return { name, arn: busArn(region, name), createdAt: 0, tags: {}, by: 'api' };
}

function matchesRule({ pattern }: Rule, event: BusEvent): boolean {
  return pattern !== undefined && matchesPattern(JSON.parse(pattern), event);
}
