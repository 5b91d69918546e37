import { AwsError } from '#local/wire/aws-error.ts';
import type {
  DeclaredAlias,
  DeclaredVersion,
} from '#local/step-functions/definition/read-aliases.ts';
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
  /** In the order in which they were created. */
  readonly aliases: readonly MachineAlias[];
}

/** A name for one version of a machine, or for two that share its executions. */
export interface MachineAlias {
  readonly name: string;
  readonly description?: string | undefined;
  readonly routes: readonly AliasRoute[];
  /** Seconds since 1970. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** A version, and how many of a hundred executions it gets. */
export interface AliasRoute {
  readonly version: number;
  readonly weight: number;
}

/** What is configured of a machine, and returned as it is. */
export interface MachineSettings {
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

/** The machines of a template, with their versions and aliases. */
export interface DeclaredMachines {
  readonly machines: readonly StateMachine[];
  readonly aliases: readonly DeclaredAlias[];
  readonly versions: readonly DeclaredVersion[];
}

/** Returns a store with the machines of a template. Changes last until the host ends. */
export function createMachineStore(declared: DeclaredMachines): MachineStore {
  const now = Math.floor(Date.now() / 1000);
  const machines = new Map(
    declared.machines.map((machine) => [machine.arn, toDeclared(machine, declared, now)]),
  );
  return {
    list: () => [...machines.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    find: (arn) => machines.get(arn),
    put: (machine) => void machines.set(machine.arn, machine),
    delete: (arn) => void machines.delete(arn),
  };
}

/** The versions of a machine in a template are all the same: the machine as it is now. */
function toDeclared(
  declared: StateMachine,
  { aliases, versions }: DeclaredMachines,
  createdAt: number,
): StoredMachine {
  const machine = toStored(declared, createdAt);
  const version = versions.find((each) => each.machineArn === machine.arn);
  if (version === undefined) return machine;
  const own = aliases.filter((alias) => alias.machineArn === machine.arn);
  return {
    ...machine,
    versions: [{ number: 1, description: version.description, createdAt, machine }],
    nextVersion: 2,
    aliases: own.map(({ name, description, routes }) => {
      return { name, description, routes, createdAt, updatedAt: createdAt };
    }),
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
    aliases: [],
  };
}

/** Returns a machine by its ARN. Throws AWS's error if it does not exist. */
export function requireMachine(machines: MachineStore, arn: string): StoredMachine {
  const machine = machines.find(arn);
  if (machine !== undefined) return machine;
  throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

/** What an ARN names: a machine, one of its versions, or an alias. */
export interface QualifiedMachine {
  readonly machine: StoredMachine;
  /** The version, if there is one. */
  readonly version?: MachineVersion | undefined;
  readonly alias?: MachineAlias | undefined;
}

/**
 * Returns what an ARN names. An alias names one of its versions, by their weights. Throws AWS's error
 * if it does not exist.
 */
export function requireQualified(machines: MachineStore, arn: string): QualifiedMachine {
  const version = findVersion(machines, arn);
  const found = findAlias(machines, arn);
  if (found === undefined)
    return { machine: version?.machine ?? requireMachine(machines, arn), version };
  const { machine, alias } = found;
  const number = chooseVersion(alias.routes);
  return { machine, alias, version: machine.versions.find((each) => each.number === number) };
}

function chooseVersion(routes: readonly AliasRoute[]): number | undefined {
  let rest = Math.random() * 100;
  const chosen = routes.find(({ weight }) => {
    rest -= weight;
    return rest < 0;
  });
  return chosen?.version ?? routes.at(-1)?.version;
}

/** Returns the alias that the end of an ARN names with its machine, or undefined. */
export function findAlias(
  machines: MachineStore,
  arn: string,
): { readonly machine: StoredMachine; readonly alias: MachineAlias } | undefined {
  const [, machineArn = '', name] = /^(.+:stateMachine:[^:]+):([^:]+)$/u.exec(arn) ?? [];
  const machine = machines.find(machineArn);
  const alias = machine?.aliases.find((each) => each.name === name);
  return machine === undefined || alias === undefined ? undefined : { machine, alias };
}

/** Returns the version that the end of an ARN names, or undefined. */
export function findVersion(machines: MachineStore, arn: string): MachineVersion | undefined {
  const [, machineArn = '', number] = /^(.+):(\d+)$/u.exec(arn) ?? [];
  const machine = number === undefined ? undefined : machines.find(machineArn);
  return machine?.versions.find((version) => version.number === Number(number));
}
