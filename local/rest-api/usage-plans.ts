import type {
  PlanStage,
  Quota,
  Throttle,
  UsagePlanDefinition,
} from '#local/rest-api/definition/api-definition.ts';
import { createTokenBucket, type TokenBucket } from '#local/process/token-bucket.ts';

/** The method of a stage that is called with a key. */
export interface MethodCall {
  readonly apiId: string;
  readonly stageName: string;
  readonly resourcePath: string;
  readonly httpMethod: string;
}

export type UsageVerdict = 'allowed' | 'forbidden' | 'throttled' | 'limit-exceeded';

/** Enforces throttles and quotas. */
export interface UsagePlans {
  /**
   * Counts a request with a key. Returns `forbidden` if the key is in no usage plan of the stage.
   */
  useKey(keyId: string, call: MethodCall): UsageVerdict;
  /** Counts a request against the throttle of a stage. Returns false if it is throttled. */
  useStage(stage: string, throttle: Throttle): boolean;
}

/** Creates the usage plans. `now` returns the time in milliseconds. */
export function createUsagePlans(
  plans: readonly UsagePlanDefinition[],
  now: () => number,
): UsagePlans {
  const buckets = new Map<string, TokenBucket>();
  const used = new Map<string, number>();

  function take(name: string, throttle: Throttle | undefined): boolean {
    if (throttle === undefined) return true;
    const bucket = buckets.get(name) ?? createTokenBucket(throttle, now());
    buckets.set(name, bucket);
    return bucket.take(now());
  }

  return {
    useStage: (stage, throttle) => take(stage, throttle),
    useKey(keyId, call) {
      const match = plans.flatMap((plan) => {
        const stage = plan.keyIds.includes(keyId) ? findStage(plan, call) : undefined;
        return stage === undefined ? [] : [{ plan, stage }];
      })[0];
      if (match === undefined) return 'forbidden';
      const { plan, stage } = match;
      const method = `${call.resourcePath}/${call.httpMethod}`;
      const methodThrottle = stage.throttles.get(method);
      const name = `${plan.id} ${keyId}${methodThrottle === undefined ? '' : ` ${method}`}`;
      if (!take(name, methodThrottle ?? plan.throttle)) return 'throttled';
      if (plan.quota === undefined) return 'allowed';
      const counter = `${plan.id} ${keyId} ${periodOf(plan.quota, now())}`;
      const count = (used.get(counter) ?? 0) + 1;
      if (count > plan.quota.limit) return 'limit-exceeded';
      used.set(counter, count);
      return 'allowed';
    },
  };
}

function findStage({ stages }: UsagePlanDefinition, call: MethodCall): PlanStage | undefined {
  return stages.find((stage) => stage.apiId === call.apiId && stage.stageName === call.stageName);
}

/** Returns the first day of the quota period of a time. Weeks begin on Sunday. */
function periodOf({ period }: Quota, nowMs: number): string {
  const day = new Date(nowMs);
  if (period === 'MONTH') day.setUTCDate(1);
  if (period === 'WEEK') day.setUTCDate(day.getUTCDate() - day.getUTCDay());
  return day.toISOString().slice(0, 10);
}
