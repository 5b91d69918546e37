import type { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';

export interface ModelAccess {
  readonly actions?: readonly ('InvokeModel' | 'InvokeModelWithResponseStream')[];
  /** Where the models are called; the stack's own Region unless told. */
  readonly region?: string;
}

/**
 * Permission to stream from these models and no others, or to do with them what is named.
 * ConverseStream is authorised by the streaming form of InvokeModel. An inference profile is called in its own
 * Region and answers from any of its destinations, which are allowed only through the profile.
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
      throw new Error(`models: where the inference profile ${model} answers from is not known`);
    }
    if (destinations === undefined) return [allow([foundationModel(stack, region, model)])];
    const profile = stack.formatArn({
      region,
      service: 'bedrock',
      resource: 'inference-profile',
      resourceName: model,
    });
    const baseModel = model.slice(prefix.length + 1);
    const behind = allow(destinations.map((other) => foundationModel(stack, other, baseModel)));
    behind.addCondition('StringEquals', { 'bedrock:InferenceProfileArn': profile });
    return [allow([profile]), behind];
  });
}

/** Where cross-Region inference profiles answer from; `*` where AWS may add Regions at any time. */
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
