import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { checkArn } from '#local/step-functions/machines/arns.ts';
import {
  findVersion,
  requireMachine,
  type MachineStore,
  type MachineVersion,
  type StoredMachine,
} from '#local/step-functions/machines/machine-store.ts';
import { pageOf, pageShape } from '#local/step-functions/machines/pages.ts';
import { string, structure } from '#local/wire/shape.ts';

const byMachine = { stateMachineArn: string() };

/** Returns the operations on the versions of state machines. */
export function versionOperations(
  machines: MachineStore,
): readonly (readonly [string, Operation])[] {
  return [
    [
      'PublishStateMachineVersion',
      operation(
        structure(byMachine, { revisionId: string(), description: string({ max: 256 }) }),
        ({ stateMachineArn, revisionId, description }) => {
          checkArn(stateMachineArn, 'stateMachine');
          const machine = requireMachine(machines, stateMachineArn);
          checkRevision(machine, revisionId);
          const { number, createdAt } = publish(machines, machine, description);
          const stateMachineVersionArn = `${machine.arn}:${number}`;
          return { stateMachineVersionArn, creationDate: createdAt };
        },
      ),
    ],
    [
      'ListStateMachineVersions',
      operation(structure(byMachine, pageShape), ({ stateMachineArn, ...request }) => {
        checkArn(stateMachineArn, 'stateMachine');
        const { items, ...rest } = pageOf(machines.find(stateMachineArn)?.versions ?? [], request);
        const stateMachineVersions = items.map(({ number, createdAt }) => {
          return {
            stateMachineVersionArn: `${stateMachineArn}:${number}`,
            creationDate: createdAt,
          };
        });
        return { stateMachineVersions, ...rest };
      }),
    ],
    [
      'DeleteStateMachineVersion',
      operation(structure({ stateMachineVersionArn: string() }), (input) => {
        const { stateMachineVersionArn: arn } = input;
        checkArn(arn, 'stateMachine');
        const version = findVersion(machines, arn);
        const machine = machines.find(arn.replace(/:\d+$/u, ''));
        if (machine === undefined || version === undefined) return;
        checkUnused(machine, version);
        const versions = machine.versions.filter((each) => each !== version);
        machines.put({ ...machine, versions });
      }),
    ],
  ];
}

/** Throws AWS's error if an alias refers to a version. */
function checkUnused({ aliases }: StoredMachine, { number }: MachineVersion): void {
  const names = aliases
    .filter(({ routes }) => routes.some(({ version }) => version === number))
    .map(({ name }) => name);
  if (names.length === 0) return;
  const message = `Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [${names.join(', ')}]`;
  throw new AwsError('ConflictException', message);
}

function checkRevision({ revisionId: current }: StoredMachine, revisionId?: string): void {
  if (revisionId === undefined || revisionId === current) return;
  const message = `Failed to publish the State Machine version for revision ${revisionId}. The current State Machine revision is ${current ?? 'INITIAL'}.`;
  throw new AwsError('ConflictException', message);
}

/** Publishes a machine as its next version. If nothing has changed, returns the last version. */
export function publish(
  machines: MachineStore,
  machine: StoredMachine,
  description?: string,
): MachineVersion {
  const [latest] = machine.versions;
  if (latest !== undefined && latest.machine.revisionId === machine.revisionId) return latest;
  const createdAt = Math.floor(Date.now() / 1000);
  const version = { number: machine.nextVersion, description, createdAt, machine };
  machines.put({
    ...machine,
    versions: [version, ...machine.versions],
    nextVersion: machine.nextVersion + 1,
  });
  return version;
}
