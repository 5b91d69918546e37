import type {
  ApiKeyDefinition,
  PlanStage,
  Throttle,
  UsagePlanDefinition,
} from '#local/rest-api/definition/api-definition.ts';
import type { Properties } from '#local/template/properties.ts';
import type { OpenStack, Resource } from '#local/template/stacks.ts';

/** Returns the id of a resource, which is the value of its `Ref`. */
export function idOf({ stack, logicalId }: Resource): string {
  return String(stack.scope.ref(logicalId));
}

/** Reads the API keys of the stacks. */
export function readApiKeys(stacks: readonly OpenStack[]): readonly ApiKeyDefinition[] {
  return stacks
    .flatMap((stack) => stack.ofType('AWS::ApiGateway::ApiKey'))
    .map((resource) => ({
      key: resource.key,
      id: idOf(resource),
      name: resource.properties.optionalText('Name') ?? resource.key,
      // Keys are disabled by default.
      isEnabled: resource.properties.flag('Enabled'),
      value: resource.properties.optionalText('Value'),
    }));
}

/** Reads the usage plans of the stacks, each with its keys. */
export function readUsagePlans(stacks: readonly OpenStack[]): readonly UsagePlanDefinition[] {
  const keys = stacks.flatMap((stack) => stack.ofType('AWS::ApiGateway::UsagePlanKey'));
  return stacks
    .flatMap((stack) => stack.ofType('AWS::ApiGateway::UsagePlan'))
    .map((resource) => {
      const id = idOf(resource);
      const { properties } = resource;
      const quota = properties.has('Quota') ? properties.nested('Quota') : undefined;
      return {
        id,
        stages: properties.list('ApiStages').map(readPlanStage),
        keyIds: keys
          .filter((item) => item.properties.text('UsagePlanId') === id)
          .map((item) => item.properties.text('KeyId')),
        throttle: readThrottle(properties.nested('Throttle'), planNames),
        quota:
          quota === undefined
            ? undefined
            : {
                limit: quota.number('Limit', 0),
                period: quota.choice('Period', ['DAY', 'WEEK', 'MONTH']),
              },
      };
    });
}

const planNames = { rate: 'RateLimit', burst: 'BurstLimit' };

function readPlanStage(stage: Properties): PlanStage {
  const throttles = stage.nested('Throttle');
  const entries = throttles.names().flatMap((name) => {
    const throttle = readThrottle(throttles.nested(name), planNames);
    return throttle === undefined ? [] : [[name, throttle] as const];
  });
  return {
    apiId: stage.text('ApiId'),
    stageName: stage.text('Stage'),
    throttles: new Map(entries),
  };
}

/** Reads a throttle. If only the rate or the burst is set, the other one gets the same value. */
export function readThrottle(
  settings: Properties | undefined,
  names: { readonly rate: string; readonly burst: string },
): Throttle | undefined {
  const rate = settings?.optionalNumber(names.rate);
  const burst = settings?.optionalNumber(names.burst);
  if (rate === undefined && burst === undefined) return undefined;
  return { rate: rate ?? burst ?? 0, burst: burst ?? Math.max(1, rate ?? 0) };
}
