import type { Properties } from '#local/template/properties.ts';

/** A property with those below it, or what is wrong with it. */
type Known = { readonly [name: string]: true | string | Known };

const noVpc = 'networks are not hosted here';

/** The properties of each type, by CloudFormation's names. A text says why one is refused. */
const known: Readonly<Record<string, Known>> = {
  'AWS::Lambda::WebFunction': { FunctionName: true, Tags: true },
  'AWS::Lambda::WebFunctionRevision': {
    BuildConfig: {
      CodeConfig: { S3Object: { Bucket: true, Key: true, VersionId: true } },
      RuntimeConfig: { Runtime: true },
    },
    Description: true,
    FunctionName: true,
    // What is encrypted on AWS is a file of this machine here.
    KmsKeyArn: true,
    ServiceConfig: {
      EgressNetworkConnectorArn: noVpc,
      EnvironmentVariables: true,
      ExecutionRoleArn: true,
      MaxConcurrencyPerEnvironment: true,
      TelemetryConfig: {
        LoggingConfig: { ApplicationLogLevel: true, LogGroup: true, SystemLogLevel: true },
      },
      TimeoutSeconds: true,
    },
  },
  'AWS::Lambda::WebFunctionEndpoint': {
    AuthType: true,
    Description: true,
    EndpointName: true,
    EndpointType: true,
    FunctionName: true,
    Regions: 'there is only one Region here',
    RevisionWeights: true,
    ScalingConfig: { MaxEnvironments: true },
    ThrottleConfig: { RateLimit: true },
  },
  'AWS::Lambda::ResourcePolicy': { PolicyDocument: true, ResourceArn: true },
};

/** Throws an error that names a property which a type does not have, or which is not hosted here. */
export function refuseUnknownProperties(type: string, properties: Properties): void {
  refuseUnknown(known[type] ?? {}, properties, type);
}

function refuseUnknown(names: Known, properties: Properties, type: string): void {
  for (const name of properties.names().filter((each) => properties.has(each))) {
    const place = `${properties.key}.${name}`;
    const inner = Object.hasOwn(names, name) ? names[name] : undefined;
    if (inner === undefined) throw new Error(`${place}: is not a property of ${type}`);
    if (typeof inner === 'string') throw new Error(`${place}: ${inner}`);
    if (inner !== true) refuseUnknown(inner, properties.nested(name), type);
  }
}
