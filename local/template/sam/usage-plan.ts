import type { Json } from '#local/template/json.ts';
import type { SamTemplate } from '#local/template/sam/sam-template.ts';

interface SamUsagePlan {
  readonly stageId: string;
  readonly plan: Json;
  readonly Condition: unknown;
}

/** Adds the API key and the usage plan of `Auth.UsagePlan`. */
export function addUsagePlan(id: string, usagePlan: SamUsagePlan, sam: SamTemplate): void {
  const { stageId, plan, Condition } = usagePlan;
  if (plan['CreateUsagePlan'] === 'NONE') return;
  const { Throttle, Quota } = plan;
  const add = (suffix: string, kind: string, Properties: Json): void =>
    sam.add(`${id}${suffix}`, { Type: `AWS::ApiGateway::${kind}`, Properties, Condition });
  add('ApiKey', 'ApiKey', { Enabled: true });
  const ApiStages = [{ ApiId: { Ref: id }, Stage: { Ref: stageId } }];
  add('UsagePlan', 'UsagePlan', { ApiStages, Throttle, Quota });
  const KeyId = { Ref: `${id}ApiKey` };
  add('UsagePlanKey', 'UsagePlanKey', {
    KeyId,
    KeyType: 'API_KEY',
    UsagePlanId: { Ref: `${id}UsagePlan` },
  });
}
