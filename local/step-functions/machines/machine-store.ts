import { AwsError } from '#local/wire/aws-error.ts';
import type { StateMachine } from '#local/step-functions/definition/read-state-machines.ts';
import type { Json } from '#local/template/json.ts';

/** A state machine with what its API stores about it. */
export interface StoredMachine extends StateMachine {
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Absent until the first update. */
  readonly revisionId?: string | undefined;
  readonly settings: MachineSettings;
  readonly tags: Readonly<Record<string, string>>;
  /** The versions that were published, the latest first. */
  readonly versions: readonly MachineVersion[];
  /** The number of the next version. Numbers of deleted versions are not given again. */
  readonly nextVersion: number;
}

/** What is configured of a machine, and returned as it is. */
export interface MachineSettings {
  readonly loggingConfiguration: Json;
  readonly tracingConfiguration: Json;
}

/** A version of a machine, which does not change. */
export interface MachineVersion {
  readonly number: number;
  readonly description?: string | undefined;
  readonly createdAt: number;
  readonly machine: StoredMachine;
}

/** The settings of a machine without any. */
export const defaultSettings: MachineSettings = {
  loggingConfiguration: { level: 'OFF', includeExecutionData: false },
  tracingConfiguration: { enabled: false },
};

/** The state machines of the template, and those that were created since. */
export interface MachineStore {
  /** Returns all machines, by name. */
  list(): readonly StoredMachine[];
  find(arn: string): StoredMachine | undefined;
  put(machine: StoredMachine): void;
  delete(arn: string): void;
}

/** What the operations on machines need. */
export interface MachineApi {
  readonly machines: MachineStore;
  /** Returns the ARN of a machine with a name. */
  arnOf(name: string): string;
}

/** Returns a store with the machines of a template. Changes last until the host ends. */
export function createMachineStore(declared: readonly StateMachine[]): MachineStore {
  const now = Math.floor(Date.now() / 1000);
  const machines = new Map(declared.map((machine) => [machine.arn, toStored(machine, now)]));
  return {
    list: () => [...machines.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    find: (arn) => machines.get(arn),
    put: (machine) => void machines.set(machine.arn, machine),
    delete: (arn) => void machines.delete(arn),
  };
}

/** Returns a new machine as it is stored. */
export function toStored(machine: StateMachine, createdAt: number): StoredMachine {
  return {
    ...machine,
    createdAt,
    updatedAt: createdAt,
    settings: defaultSettings,
    tags: {},
    versions: [],
    nextVersion: 1,
  };
}

/** Returns a machine by its ARN. Throws AWS's error if it does not exist. */
export function requireMachine(machines: MachineStore, arn: string): StoredMachine {
  const machine = machines.find(arn);
  if (machine !== undefined) return machine;
  throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

/** Returns a machine, or the version that the end of an ARN names. Throws AWS's error. */
export function requireQualified(machines: MachineStore, arn: string): StateMachine {
  return findVersion(machines, arn)?.machine ?? requireMachine(machines, arn);
}

/** Returns the version that the end of an ARN names, or undefined. */
export function findVersion(machines: MachineStore, arn: string): MachineVersion | undefined {
  const [, machineArn = '', number] = /^(.+):(\d+)$/u.exec(arn) ?? [];
  const machine = number === undefined ? undefined : machines.find(machineArn);
  return machine?.versions.find((version) => version.number === Number(number));
}
