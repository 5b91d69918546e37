import { operation, type Operation } from '#local/wire/aws-json.ts';
import { checkArn } from '#local/step-functions/machines/arns.ts';
import { changeOperations } from '#local/step-functions/machines/change-operations.ts';
import {
  findVersion,
  requireMachine,
  type MachineApi,
  type MachineStore,
  type StoredMachine,
} from '#local/step-functions/machines/machine-store.ts';
import { pageOf, pageShape } from '#local/step-functions/machines/pages.ts';
import { diagnose } from '#local/step-functions/machines/validate-definition.ts';
import { findVariableReferences } from '#local/step-functions/definition/variable-references.ts';
import { integer, oneOf, string, structure } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';

type Operations = readonly (readonly [string, Operation])[];

const includedData = oneOf('ALL_DATA', 'METADATA_ONLY');

/** Returns the operations on state machines. */
export function machineOperations(api: MachineApi): Operations {
  const { machines } = api;
  return [
    [
      'ListStateMachines',
      operation(structure({}, pageShape), (input) => {
        const { items, ...rest } = pageOf(machines.list(), input);
        const stateMachines = items.map(({ arn, name, type, createdAt }) => {
          return { stateMachineArn: arn, name, type, creationDate: createdAt };
        });
        return { stateMachines, ...rest };
      }),
    ],
    [
      'DescribeStateMachine',
      operation(structure({ stateMachineArn: string() }, { includedData }), (input) => {
        const { stateMachineArn } = input;
        checkArn(stateMachineArn, 'stateMachine');
        return describeQualified(machines, stateMachineArn);
      }),
    ],
    ['ValidateStateMachineDefinition', validate],
    ...changeOperations(api),
  ];
}

/** A version is described as a machine with its own ARN. */
function describeQualified(machines: MachineStore, arn: string): object {
  const version = findVersion(machines, arn);
  const machine = version?.machine ?? requireMachine(machines, arn);
  return {
    ...describeMachine(machine),
    stateMachineArn: arn,
    type: machine.type,
    status: 'ACTIVE',
    creationDate: version?.createdAt ?? machine.createdAt,
    description: version?.description,
  };
}

/** Returns what is said of a machine, and of the machine of an execution. */
export function describeMachine(machine: StoredMachine): Json {
  const { arn, name, roleArn, definition, revisionId, settings, logging } = machine;
  const variableReferences = findVariableReferences(record(JSON.parse(definition)));
  return {
    stateMachineArn: arn,
    name,
    roleArn,
    definition,
    revisionId,
    ...settings,
    loggingConfiguration: logging,
    encryptionConfiguration: { type: 'AWS_OWNED_KEY' },
    ...(Object.keys(variableReferences).length === 0 ? {} : { variableReferences }),
  };
}

/** At most this many diagnostics are returned. */
const maxDiagnostics = 100;

const validate = operation(
  structure(
    { definition: string({ max: 1_048_576 }) },
    {
      type: oneOf('STANDARD', 'EXPRESS'),
      severity: oneOf('ERROR', 'WARNING'),
      maxResults: integer({ min: 0, max: maxDiagnostics }),
    },
  ),
  ({ definition, type = 'STANDARD', maxResults = 0 }) => {
    const diagnostics = diagnose(definition, type);
    const limit = maxResults === 0 ? maxDiagnostics : maxResults;
    return {
      result: diagnostics.length === 0 ? 'OK' : 'FAIL',
      diagnostics: diagnostics.slice(0, limit),
      truncated: diagnostics.length > limit,
    };
  },
);
