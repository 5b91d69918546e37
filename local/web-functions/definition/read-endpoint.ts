import type {
  EndpointDefinition,
  RevisionWeight,
} from '#local/web-functions/definition/web-function-definition.ts';
import type { Properties } from '#local/template/properties.ts';
import type { Resource } from '#local/template/stacks.ts';

/** Reads an AWS::Lambda::WebFunctionEndpoint. Throws an error that names the invalid property. */
export function readEndpoint({ key, logicalId, properties, stack }: Resource): EndpointDefinition {
  const name = properties.text('EndpointName');
  if (!/^[a-z\d][\w-]{0,62}[a-z\d]$/iu.test(name)) {
    throw new Error(`${key}.EndpointName: must be 2 to 64 letters, digits, - and _, not ${name}`);
  }
  checkType(properties);
  return {
    key,
    name,
    arn: String(stack.scope.ref(logicalId)),
    description: properties.optionalText('Description'),
    domainName: String(stack.scope.attribute(logicalId, 'DomainName')),
    authType: properties.choice('AuthType', ['IamAuth', 'ApplicationManaged']),
    weights: readWeights(properties),
    maxEnvironments: readMaxEnvironments(properties.nested('ScalingConfig')),
    rateLimit: readRateLimit(properties.nested('ThrottleConfig')),
  };
}

function checkType(properties: Properties): void {
  const type = properties.choice('EndpointType', ['HomeRegion', 'MultiRegion', 'PerRegion']);
  if (type === 'HomeRegion') return;
  throw new Error(`${properties.key}.EndpointType: ${type} is not hosted here, only HomeRegion`);
}

/** One revision has weight 100. Two share it. */
function readWeights(properties: Properties): readonly RevisionWeight[] {
  const weights = properties.list('RevisionWeights').map((item) => ({
    revisionId: item.text('RevisionId'),
    weight: item.number('Weight', Number.NaN),
  }));
  const ids = new Set(weights.map(({ revisionId }) => revisionId));
  const isComplete = weights.reduce((sum, { weight }) => sum + weight, 0) === 100;
  const areWhole = weights.every(({ weight }) => Number.isInteger(weight) && weight >= 1);
  if (ids.size === weights.length && weights.length <= 2 && isComplete && areWhole) return weights;
  throw new Error(
    `${properties.key}.RevisionWeights: must be one or two different revisions with weights from 1 that add up to 100`,
  );
}

function readMaxEnvironments(config: Properties): number | undefined {
  const max = config.optionalNumber('MaxEnvironments');
  if (max === undefined || (Number.isInteger(max) && max >= 2 && max <= 10_000)) return max;
  throw new Error(`${config.key}.MaxEnvironments: must be a whole number from 2 to 10000`);
}

/** 0, the hundreds up to 1000 and the thousands up to 10000. */
function readRateLimit(config: Properties): number | undefined {
  const rate = config.optionalNumber('RateLimit');
  if (rate === undefined || rate === 0) return rate;
  const step = rate <= 1000 ? 100 : 1000;
  if (rate >= 100 && rate <= 10_000 && rate % step === 0) return rate;
  throw new Error(
    `${config.key}.RateLimit: must be 0, a multiple of 100 up to 1000, or a multiple of 1000 up to 10000, not ${rate}`,
  );
}
