import { RemovalPolicy, type Duration } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

export interface StreambedFunctionProps {
  /** The folder below `dist/` that holds the function's bundle. */
  readonly bundle: string;
  readonly timeout: Duration;
  readonly environment: Record<string, string>;
  /** In MB; `defaultMemorySize` if absent. */
  readonly memorySize?: number;
}

/** The memory of a function, in MB. */
export const defaultMemorySize = 512;

/** A Lambda function with Node 24 on arm64, its own log group, and a role that can only log. */
export class StreambedFunction extends Function {
  override readonly role: Role;
  /** The folder below `dist/` that holds its bundle. */
  readonly bundle: string;

  constructor(
    scope: Construct,
    id: string,
    { bundle, timeout, environment, memorySize = defaultMemorySize }: StreambedFunctionProps,
  ) {
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const logGroup = new LogGroup(scope, `${id}Logs`, {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    logGroup.grantWrite(role);
    super(scope, id, {
      role,
      logGroup,
      timeout,
      environment,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize,
      handler: 'index.handler',
      code: Code.fromAsset(`${bundleFolder(scope)}/${bundle}`),
    });
    this.role = role;
    this.bundle = bundle;
  }
}

/** `npm run dev` has bundles of its own, with source maps. */
function bundleFolder(scope: Construct): string {
  const folder: unknown = scope.node.tryGetContext('bundles');
  return typeof folder === 'string' ? folder : 'dist';
}
