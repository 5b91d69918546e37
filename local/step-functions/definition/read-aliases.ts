import type { Resource } from '#local/template/stacks.ts';

/** A version of a state machine that a template publishes. */
export interface DeclaredVersion {
  readonly machineArn: string;
  readonly description?: string | undefined;
}

/** An alias of a state machine in a template. */
export interface DeclaredAlias {
  readonly machineArn: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly routes: readonly { readonly version: number; readonly weight: number }[];
}

/** Reads a resource of type AWS::StepFunctions::StateMachineVersion. */
export function readMachineVersion({ properties }: Resource): DeclaredVersion {
  return {
    machineArn: properties.text('StateMachineArn'),
    description: properties.optionalText('Description'),
  };
}

/**
 * Reads a resource of type AWS::StepFunctions::StateMachineAlias. A deployment that moves to a version
 * step by step has all of it at once here. Throws an error if the weights are not 100 together.
 */
export function readMachineAlias({ key, logicalId, properties, stack }: Resource): DeclaredAlias {
  const arn = String(stack.scope.ref(logicalId));
  const [, machineArn = '', name = ''] = /^(.+):([^:]+)$/u.exec(arn) ?? [];
  const given = properties.list('RoutingConfiguration').map((route) => ({
    version: versionOf(route.text('StateMachineVersionArn')),
    weight: route.number('Weight', 0),
  }));
  const target = properties.nested('DeploymentPreference').optionalText('StateMachineVersionArn');
  const routes = target === undefined ? given : [{ version: versionOf(target), weight: 100 }];
  const sum = routes.reduce((total, { weight }) => total + weight, 0);
  if (sum !== 100) {
    const weights = routes.map(({ weight }) => weight).join(', ');
    throw new Error(
      `${key}: Sum of routing configuration weights must equal 100. Received: [${weights}]`,
    );
  }
  return { machineArn, name, description: properties.optionalText('Description'), routes };
}

function versionOf(arn: string): number {
  return Number(arn.split(':').at(-1));
}
