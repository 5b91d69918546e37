import { isDeepStrictEqual } from 'node:util';
import { AwsError } from '#local/wire/aws-error.ts';
import { operation, type Operation } from '#local/wire/aws-json.ts';
import { checkArn } from '#local/step-functions/machines/arns.ts';
import {
  findAlias,
  findVersion,
  requireMachine,
  type AliasRoute,
  type MachineAlias,
  type MachineStore,
  type StoredMachine,
} from '#local/step-functions/machines/machine-store.ts';
import { pageOf, pageShape } from '#local/step-functions/machines/pages.ts';
import { integer, list, string, structure, type Shaped } from '#local/wire/shape.ts';

const aliasName = string({
  min: 1,
  max: 80,
  pattern: String.raw`^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$`,
});
const description = string({ max: 256 });
const routing = list(
  structure({ stateMachineVersionArn: string(), weight: integer({ min: 0, max: 100 }) }),
  { min: 1, max: 2 },
);
type Routing = Shaped<typeof routing>;
const byAlias = { stateMachineAliasArn: string() };

/** Returns the operations on the aliases of state machines. */
export function aliasOperations(machines: MachineStore): readonly (readonly [string, Operation])[] {
  return [
    [
      'CreateStateMachineAlias',
      operation(
        structure({ name: aliasName, routingConfiguration: routing }, { description }),
        (input) => create(machines, input),
      ),
    ],
    [
      'DescribeStateMachineAlias',
      operation(structure(byAlias), ({ stateMachineAliasArn: arn }) => {
        const { machine, alias } = requireAlias(machines, arn);
        return describe(machine, alias);
      }),
    ],
    ['ListStateMachineAliases', listAliases(machines)],
    [
      'UpdateStateMachineAlias',
      operation(structure(byAlias, { routingConfiguration: routing, description }), (input) =>
        update(machines, input),
      ),
    ],
    [
      'DeleteStateMachineAlias',
      operation(structure(byAlias), ({ stateMachineAliasArn: arn }) => {
        checkArn(arn, 'stateMachine');
        const found = findAlias(machines, arn);
        if (found === undefined) return;
        const aliases = found.machine.aliases.filter((each) => each !== found.alias);
        machines.put({ ...found.machine, aliases });
      }),
    ],
  ];
}

interface CreateRequest {
  readonly name: string;
  readonly routingConfiguration: Routing;
  readonly description?: string | undefined;
}

/** Creates an alias, or returns the one that is the same. */
function create(machines: MachineStore, input: CreateRequest): object {
  const { machine, routes } = readRoutes(machines, input.routingConfiguration);
  const existing = machine.aliases.find(({ name }) => name === input.name);
  const now = nowSeconds();
  const created = {
    name: input.name,
    description: input.description,
    routes,
    createdAt: now,
    updatedAt: now,
  };
  if (existing !== undefined && !isSame(existing, created)) {
    const message =
      'Failed to create alias because an alias with the same name and a different routing configuration already exists.';
    throw new AwsError('ConflictException', message);
  }
  const alias = existing ?? created;
  if (existing === undefined) machines.put({ ...machine, aliases: [...machine.aliases, alias] });
  return { stateMachineAliasArn: arnOf(machine, alias), creationDate: alias.createdAt };
}

function isSame(left: MachineAlias, right: MachineAlias): boolean {
  return left.description === right.description && isDeepStrictEqual(left.routes, right.routes);
}

/** Returns the versions of a routing configuration. Throws AWS's error if it is not one of a machine. */
function readRoutes(
  machines: MachineStore,
  configuration: Routing,
): { readonly machine: StoredMachine; readonly routes: readonly AliasRoute[] } {
  const arns = configuration.map(({ stateMachineVersionArn: arn }) => arn);
  for (const arn of arns) checkArn(arn, 'stateMachine');
  const received = `Received: [${arns.join(', ')}]`;
  if (arns.some((arn) => !/:\d+$/u.test(arn)))
    throw invalid(`Routing configuration must contain state machine version ARNs. ${received}`);
  if (new Set(arns).size < arns.length) {
    throw invalid(
      `Routing configuration must contain distinct state machine version ARNs. ${received}`,
    );
  }
  const weights = configuration.map(({ weight }) => weight);
  if (weights.reduce((sum, weight) => sum + weight, 0) !== 100) {
    throw invalid(
      `Sum of routing configuration weights must equal 100. Received: [${weights.join(', ')}]`,
    );
  }
  const machineArns = new Set(arns.map((arn) => arn.replace(/:\d+$/u, '')));
  if (machineArns.size > 1) {
    throw invalid(
      `Routing configuration must contain versions of the same state machine. ${received}`,
    );
  }
  if (arns.some((arn) => findVersion(machines, arn) === undefined)) throw missing();
  return {
    machine: requireMachine(machines, [...machineArns][0] ?? ''),
    routes: configuration.map(({ stateMachineVersionArn: arn, weight }) => {
      return { version: Number(arn.split(':').at(-1)), weight };
    }),
  };
}

function listAliases(machines: MachineStore): Operation {
  return operation(structure({ stateMachineArn: string() }, pageShape), (input) => {
    const { stateMachineArn: arn } = input;
    checkArn(arn, 'stateMachine');
    const version = findVersion(machines, arn);
    const machine = requireMachine(
      machines,
      version === undefined ? arn : arn.replace(/:\d+$/u, ''),
    );
    const found = machine.aliases.filter(
      ({ routes }) =>
        version === undefined || routes.some((route) => route.version === version.number),
    );
    const { items, ...rest } = pageOf(found, input);
    const stateMachineAliases = items.map((alias) => {
      return { stateMachineAliasArn: arnOf(machine, alias), creationDate: alias.createdAt };
    });
    return { stateMachineAliases, ...rest };
  });
}

interface UpdateRequest {
  readonly stateMachineAliasArn: string;
  readonly routingConfiguration?: Routing | undefined;
  readonly description?: string | undefined;
}

function update(machines: MachineStore, input: UpdateRequest): object {
  const { machine, alias } = requireAlias(machines, input.stateMachineAliasArn);
  const { routingConfiguration: configuration, description: text } = input;
  if (configuration === undefined && text === undefined) {
    const message = 'Either the description or the routing configuration must be specified';
    throw invalid(message);
  }
  const changed = {
    ...alias,
    description: text ?? alias.description,
    routes: configuration === undefined ? alias.routes : readRoutes(machines, configuration).routes,
    updatedAt: nowSeconds(),
  };
  const aliases = machine.aliases.map((each) => (each === alias ? changed : each));
  machines.put({ ...machine, aliases });
  return { updateDate: changed.updatedAt };
}

function describe(machine: StoredMachine, alias: MachineAlias): object {
  return {
    stateMachineAliasArn: arnOf(machine, alias),
    name: alias.name,
    description: alias.description,
    routingConfiguration: alias.routes.map(({ version, weight }) => {
      return { stateMachineVersionArn: `${machine.arn}:${version}`, weight };
    }),
    creationDate: alias.createdAt,
    updateDate: alias.updatedAt,
  };
}

function requireAlias(
  machines: MachineStore,
  arn: string,
): { readonly machine: StoredMachine; readonly alias: MachineAlias } {
  checkArn(arn, 'stateMachine');
  const found = findAlias(machines, arn);
  if (found === undefined) throw missing();
  return found;
}

function arnOf({ arn }: StoredMachine, { name }: MachineAlias): string {
  return `${arn}:${name}`;
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

function missing(): AwsError {
  const message = 'Request references a resource that does not exist.';
  return new AwsError('ResourceNotFound', message);
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
