import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { StreambedProps } from '#infra/streambed-stack.ts';

export interface ModelAccess {
  /** The allowed actions; only streaming by default. */
  readonly actions?: readonly ('InvokeModel' | 'InvokeModelWithResponseStream')[];
  /** The Region in which the models are called; the Region of the stack by default. */
  readonly region?: string;
}

/**
 * Returns the permissions to call these models and no others. ConverseStream needs the permission
 * `InvokeModelWithResponseStream`. An inference profile is called in its own Region and runs the
 * model in any of its destination Regions, which are allowed only through the profile. Throws for an
 * inference profile with unknown destinations.
 */
export function modelAccess(
  stack: Stack,
  models: readonly string[],
  { actions = ['InvokeModelWithResponseStream'], region = stack.region }: ModelAccess = {},
): readonly PolicyStatement[] {
  const allow = (resources: string[]): PolicyStatement =>
    new PolicyStatement({ actions: actions.map((action) => `bedrock:${action}`), resources });
  return models.flatMap((model) => {
    const [prefix = ''] = model.split('.');
    const destinations = profileDestinations[prefix];
    if (destinations === undefined && /^(?:[a-z]{2}|us-gov)$/u.test(prefix)) {
      throw new Error(`models: the destination Regions of ${model} are unknown`);
    }
    if (destinations === undefined) return [allow([foundationModel(stack, region, model)])];
    const profile = stack.formatArn({
      region,
      service: 'bedrock',
      resource: 'inference-profile',
      resourceName: model,
    });
    const baseModel = model.slice(prefix.length + 1);
    const throughProfile = allow(
      destinations.map((other) => foundationModel(stack, other, baseModel)),
    );
    throughProfile.addCondition('StringEquals', { 'bedrock:InferenceProfileArn': profile });
    return [allow([profile]), throughProfile];
  });
}

/** The destination Regions of inference profiles; `*` if AWS may add Regions at any time. */
const profileDestinations: Readonly<Record<string, readonly string[]>> = {
  us: ['us-east-1', 'us-east-2', 'us-west-2'],
  eu: ['*'],
  apac: ['*'],
  jp: ['ap-northeast-1', 'ap-northeast-3'],
  au: ['ap-southeast-2', 'ap-southeast-4'],
  global: ['*', ''],
};

function foundationModel(stack: Stack, region: string, model: string): string {
  return `arn:${stack.partition}:bedrock:${region}::foundation-model/${model}`;
}

/** Returns the permission to apply the guardrail in the settings and no other, if there is one. */
export function guardrailAccess(
  stack: Stack,
  { guardrail }: Pick<StreambedProps, 'guardrail'>,
): readonly PolicyStatement[] {
  const [id] = guardrail?.split(':') ?? [];
  if (id === undefined) return [];
  const arn = stack.formatArn({ service: 'bedrock', resource: 'guardrail', resourceName: id });
  return [new PolicyStatement({ actions: ['bedrock:ApplyGuardrail'], resources: [arn] })];
}
