import type {
  PlanStage,
  Quota,
  Throttle,
  UsagePlanDefinition,
} from '#local/rest-api/definition/api-definition.ts';

/** Which method of which stage a key is used for. */
export interface Usage {
  readonly apiId: string;
  readonly stageName: string;
  readonly resourcePath: string;
  readonly httpMethod: string;
}

export type UsageVerdict = 'allowed' | 'forbidden' | 'throttled' | 'limit-exceeded';

/** Counts what each key uses. */
export interface UsagePlans {
  /** Counts a request of a key, which must be in a plan of that stage. */
  use(keyId: string, usage: Usage): UsageVerdict;
  /** Counts a request against the throttle of a stage. */
  enter(stage: string, throttle: Throttle): boolean;
}

/** The usage plans, in time that `now` tells in milliseconds. */
export function createUsagePlans(
  plans: readonly UsagePlanDefinition[],
  now: () => number,
): UsagePlans {
  const buckets = new Map<string, Bucket>();
  const used = new Map<string, number>();

  function take(name: string, throttle: Throttle | undefined): boolean {
    if (throttle === undefined) return true;
    const bucket = buckets.get(name) ?? createBucket(throttle, now());
    buckets.set(name, bucket);
    return bucket.take(now());
  }

  return {
    enter: (stage, throttle) => take(stage, throttle),
    use(keyId, usage) {
      const found = plans.flatMap((plan) => {
        const stage = plan.keyIds.includes(keyId) ? stageIn(plan, usage) : undefined;
        return stage === undefined ? [] : [{ plan, stage }];
      })[0];
      if (found === undefined) return 'forbidden';
      const { plan, stage } = found;
      const method = `${usage.resourcePath}/${usage.httpMethod}`;
      const own = stage.throttles.get(method);
      const name = `${plan.id} ${keyId}${own === undefined ? '' : ` ${method}`}`;
      if (!take(name, own ?? plan.throttle)) return 'throttled';
      if (plan.quota === undefined) return 'allowed';
      const counter = `${plan.id} ${keyId} ${periodOf(plan.quota, now())}`;
      const count = (used.get(counter) ?? 0) + 1;
      if (count > plan.quota.limit) return 'limit-exceeded';
      used.set(counter, count);
      return 'allowed';
    },
  };
}

function stageIn({ stages }: UsagePlanDefinition, usage: Usage): PlanStage | undefined {
  return stages.find((stage) => stage.apiId === usage.apiId && stage.stageName === usage.stageName);
}

/** The first day of the period a moment is in; weeks begin on Sunday. */
function periodOf({ period }: Quota, nowMs: number): string {
  const day = new Date(nowMs);
  if (period === 'MONTH') day.setUTCDate(1);
  if (period === 'WEEK') day.setUTCDate(day.getUTCDate() - day.getUTCDay());
  return day.toISOString().slice(0, 10);
}

interface Bucket {
  take(nowMs: number): boolean;
}

/** A token bucket: it holds `burst` and is filled by `rate` a second. */
function createBucket({ rate, burst }: Throttle, startMs: number): Bucket {
  let tokens = burst;
  let filledAt = startMs;
  return {
    take(nowMs) {
      tokens = Math.min(burst, tokens + ((nowMs - filledAt) / 1000) * rate);
      filledAt = nowMs;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}
