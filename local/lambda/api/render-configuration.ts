import { createHash } from 'node:crypto';
import type { FunctionHost } from '#local/lambda/function-host.ts';

/** Returns a function's configuration as Lambda's API returns it. */
export function renderConfiguration({ definition, revision }: FunctionHost): object {
  const { logging, root, archive, asynchronous, image } = definition;
  return {
    FunctionName: definition.name,
    FunctionArn: definition.arn,
    ...(image === undefined ? { Runtime: definition.runtime, Handler: definition.handler } : {}),
    Role: definition.role,
    Description: definition.description,
    Timeout: definition.timeoutMs / 1000,
    MemorySize: definition.memoryMb,
    CodeSize: archive?.bytes ?? 0,
    CodeSha256: archive?.sha256 ?? createHash('sha256').update(root).digest('base64'),
    LastModified: revision.modifiedAt.toISOString().replace('Z', '+0000'),
    Version: '$LATEST',
    Environment: { Variables: definition.environment },
    ...(asynchronous.deadLetters === undefined
      ? {}
      : { DeadLetterConfig: { TargetArn: asynchronous.deadLetters } }),
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: revision.id,
    Layers: definition.layers.map(({ arn }) => ({ Arn: arn, CodeSize: 0 })),
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: image === undefined ? 'Zip' : 'Image',
    Architectures: [definition.architecture],
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat: logging.format,
      LogGroup: logging.group,
      ...(logging.format === 'JSON'
        ? { ApplicationLogLevel: logging.applicationLevel, SystemLogLevel: logging.systemLevel }
        : {}),
    },
  };
}
