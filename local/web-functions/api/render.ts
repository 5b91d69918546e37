import type {
  EndpointDefinition,
  RevisionDefinition,
  WebFunctionDefinition,
} from '#local/web-functions/definition/web-function-definition.ts';

/** What is the same for everything that a system has hosted since its start. */
export interface RenderContext {
  readonly region: string;
  readonly createdAt: Date;
}

/** Returns the output of `GetWebFunction`, which is also what lists have. */
export function renderFunction(
  { name, arn }: WebFunctionDefinition,
  { createdAt }: RenderContext,
): Readonly<Record<string, unknown>> {
  return {
    functionName: name,
    functionArn: arn,
    ...activeState('web function'),
    createdAt: createdAt.toISOString(),
    updatedAt: createdAt.toISOString(),
  };
}

/** Returns what lists of revisions have. */
export function summarizeRevision(
  { id, arn, description }: RevisionDefinition,
  { createdAt }: RenderContext,
): Readonly<Record<string, unknown>> {
  return {
    revisionId: id,
    revisionArn: arn,
    description,
    ...activeState('revision'),
    createdAt: createdAt.toISOString(),
  };
}

/** Returns the output of `GetWebFunctionRevision`. */
export function renderRevision(
  revision: RevisionDefinition,
  { arn: functionArn }: WebFunctionDefinition,
  context: RenderContext,
): Readonly<Record<string, unknown>> {
  const { object, runtime, role, environment, logging } = revision;
  return {
    functionArn,
    ...summarizeRevision(revision, context),
    buildConfig: { codeConfig: { s3Object: object }, runtimeConfig: { runtime } },
    serviceConfig: {
      executionRoleArn: role,
      environmentVariables: environment,
      timeoutSeconds: revision.timeoutMs / 1000,
      maxConcurrencyPerEnvironment: revision.maxConcurrency,
      telemetryConfig: {
        loggingConfig: {
          logGroup: logging.group,
          applicationLogLevel: logging.applicationLevel,
          systemLogLevel: logging.systemLevel,
        },
      },
    },
  };
}

/** Returns the output of `GetWebFunctionEndpoint`, which is also what lists have. */
export function renderEndpoint(
  endpoint: EndpointDefinition,
  { arn: functionArn }: WebFunctionDefinition,
  { region, createdAt }: RenderContext,
): Readonly<Record<string, unknown>> {
  const { name, arn, description, domainName, authType, weights } = endpoint;
  const { maxEnvironments, rateLimit } = endpoint;
  return {
    functionArn,
    endpointArn: arn,
    endpointName: name,
    description,
    endpointType: 'HomeRegion',
    domainName,
    authType,
    // A template names the revisions of its endpoints itself.
    autoDeploymentMode: 'Disabled',
    revisionWeights: weights,
    regions: [region],
    ...(maxEnvironments === undefined ? {} : { scalingConfig: { maxEnvironments } }),
    ...(rateLimit === undefined ? {} : { throttleConfig: { rateLimit } }),
    ...activeState('endpoint'),
    createdAt: createdAt.toISOString(),
    updatedAt: createdAt.toISOString(),
  };
}

function activeState(what: string): Readonly<Record<string, string>> {
  return { state: 'Active', stateReason: `The ${what} is active.` };
}
