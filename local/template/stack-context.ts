import type { Lookups } from '#local/template/references/lookups.ts';

/** The account that owns every local resource. Other emulators use the same id. */
export const accountId = '000000000000';

/** The key under which all user pools share one port. */
export const signInKey = 'sign-in';

/** What the references in a template depend on, beyond its stack: the host and its addresses. */
export interface StackContext {
  readonly region: string;
  /** The base URL of the AWS services. */
  readonly gatewayUrl: string;
  /** The base URL of the port that a resource has for itself, by the resource's key. */
  originOf(key: string): string | undefined;
  /** Returns the same secret for the same label; no other data directory has that secret. */
  secret(label: string): string;
  /** Reports a reference whose value could only be guessed. */
  warn(message: string): void;
  readonly customResources: CustomResources;
}

/** The custom resources, as far as their functions have created them. */
export interface CustomResources {
  /** Returns what the function answered. */
  find(key: string): CreatedResource | undefined;
  /** Whether a resource is not there, because it or what it depends on was not created. */
  isLeftOut(key: string): boolean;
}

export interface CreatedResource {
  readonly physicalId: string;
  /** What `Fn::GetAtt` returns. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** The custom resources of a start that has created none. */
export const noCustomResources: CustomResources = {
  find: () => undefined,
  isLeftOut: () => false,
};

/** The context of one stack among others. */
export interface ScopeContext extends StackContext {
  readonly lookups: Lookups;
  /** Returns the value that one of the stacks exports under a name. */
  importValue(name: string): unknown;
  /** Returns the value that a stack exports to another Region with CDK. */
  crossRegionExport(name: string): unknown;
  /** Returns an output of a nested stack, by the key of its AWS::CloudFormation::Stack. */
  nestedOutput(key: string, name: string): unknown;
}

/** Returns the ARN of a stack. */
export function stackIdOf(stackName: string, region: string): string {
  return `arn:aws:cloudformation:${region}:${accountId}:stack/${stackName}/local`;
}
