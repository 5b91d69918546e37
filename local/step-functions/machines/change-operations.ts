import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { checkArn, checkName } from '#local/step-functions/machines/arns.ts';
import {
  defaultSettings,
  requireMachine,
  toStored,
  type MachineApi,
  type MachineSettings,
  type StoredMachine,
} from '#local/step-functions/machines/machine-store.ts';
import {
  noLogging,
  readLoggingRequest,
  type LoggingConfiguration,
} from '#local/step-functions/logging/logging-configuration.ts';
import { tagList, toTags } from '#local/step-functions/machines/tag-operations.ts';
import { readDefinitionText } from '#local/step-functions/machines/validate-definition.ts';
import { publish } from '#local/step-functions/machines/version-operations.ts';
import { boolean, object, oneOf, string, structure, type Shaped } from '#local/wire/shape.ts';
import type { Json } from '#local/template/json.ts';

const definition = string({ min: 1, max: 1_048_576 });
const roleArn = string({ min: 1, max: 256 });

const settingsShape = {
  loggingConfiguration: object,
  tracingConfiguration: object,
  encryptionConfiguration: object,
};

const publishShape = { publish: boolean, versionDescription: string({ max: 256 }) };

const createShape = structure(
  { name: string({ min: 1, max: 80 }), definition, roleArn },
  { type: oneOf('STANDARD', 'EXPRESS'), tags: tagList, ...settingsShape, ...publishShape },
);

const updateShape = structure(
  { stateMachineArn: string() },
  { definition, roleArn, ...settingsShape, ...publishShape },
);

/** Returns the operations that create, change and delete state machines. */
export function changeOperations(api: MachineApi): readonly (readonly [string, Operation])[] {
  const { machines } = api;
  return [
    ['CreateStateMachine', operation(createShape, (input) => create(api, input))],
    ['UpdateStateMachine', operation(updateShape, (input) => update(api, input))],
    [
      'DeleteStateMachine',
      operation(structure({ stateMachineArn: string() }), ({ stateMachineArn }) => {
        checkArn(stateMachineArn, 'stateMachine');
        machines.delete(stateMachineArn);
      }),
    ],
  ];
}

/** Creates a machine, or returns the one that is the same but for its role and its tags. */
function create({ machines, arnOf }: MachineApi, input: Shaped<typeof createShape>): object {
  const { name, type = 'STANDARD', tags = [] } = input;
  checkName(name);
  checkVersionDescription(input);
  const arn = arnOf(name);
  const read = readDefinitionText(input.definition, type);
  const settings = toSettings(input, defaultSettings);
  const created = {
    ...toStored(
      {
        arn,
        name,
        type,
        key: name,
        roleArn: input.roleArn,
        definition: input.definition,
        machine: read.machine,
        timeoutSeconds: read.timeoutSeconds,
        logging: readLogging(input) ?? noLogging,
      },
      nowSeconds(),
    ),
    settings,
    tags: toTags(tags),
  };
  const existing = machines.find(arn);
  if (existing !== undefined && !isSame(existing, created)) {
    throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${arn}'`);
  }
  const machine = existing ?? created;
  machines.put(machine);
  return {
    stateMachineArn: arn,
    creationDate: machine.createdAt,
    ...publishIfAsked(machines, machine, input),
  };
}

function isSame(existing: StoredMachine, created: StoredMachine): boolean {
  return (
    existing.definition === created.definition &&
    existing.type === created.type &&
    isDeepStrictEqual(existing.logging, created.logging) &&
    isDeepStrictEqual(existing.settings, created.settings)
  );
}

/** Executions that run go on with the definition with which they began. */
function update({ machines }: MachineApi, input: Shaped<typeof updateShape>): object {
  const { stateMachineArn } = input;
  checkArn(stateMachineArn, 'stateMachine');
  const existing = requireMachine(machines, stateMachineArn);
  checkVersionDescription(input);
  if (!Object.keys(input).some((name) => changeable.has(name))) {
    const members =
      'the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration';
    throw new AwsError('MissingRequiredParameter', `Either ${members} must be specified`);
  }
  const text = input.definition ?? existing.definition;
  const read = readDefinitionText(text, existing.type);
  const changed: StoredMachine = {
    ...existing,
    machine: read.machine,
    timeoutSeconds: read.timeoutSeconds,
    definition: text,
    roleArn: input.roleArn ?? existing.roleArn,
    settings: toSettings(input, existing.settings),
    logging: readLogging(input) ?? existing.logging,
  };
  const isUnchanged = isSame(existing, changed) && existing.roleArn === changed.roleArn;
  const machine = isUnchanged
    ? existing
    : { ...changed, revisionId: randomUUID(), updatedAt: nowSeconds() };
  machines.put(machine);
  return {
    updateDate: nowSeconds(),
    revisionId: machine.revisionId,
    ...publishIfAsked(machines, machine, input),
  };
}

const changeable: ReadonlySet<string> = new Set([
  'definition',
  'roleArn',
  'loggingConfiguration',
  'tracingConfiguration',
  'encryptionConfiguration',
]);

function toSettings(
  { tracingConfiguration }: GivenSettings,
  current: MachineSettings,
): MachineSettings {
  return { tracingConfiguration: tracingConfiguration ?? current.tracingConfiguration };
}

type GivenSettings = { readonly [K in keyof MachineSettings]?: MachineSettings[K] | undefined };

function readLogging({
  loggingConfiguration: configuration,
}: {
  readonly loggingConfiguration?: Json | undefined;
}): LoggingConfiguration | undefined {
  return configuration === undefined ? undefined : readLoggingRequest(configuration);
}

interface PublishRequest {
  readonly publish?: boolean | undefined;
  readonly versionDescription?: string | undefined;
}

function checkVersionDescription(input: PublishRequest): void {
  if (input.versionDescription === undefined || input.publish === true) return;
  const message = 'Version description can only be set when publish is true';
  throw new AwsError('ValidationException', message);
}

function publishIfAsked(
  machines: MachineApi['machines'],
  machine: StoredMachine,
  { publish: isAsked, versionDescription }: PublishRequest,
): object {
  if (isAsked !== true) return {};
  const { number } = publish(machines, machine, versionDescription);
  return { stateMachineVersionArn: `${machine.arn}:${number}` };
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
