import type { Json } from '#local/template/json.ts';
import type { SamTemplate } from '#local/template/sam/sam-template.ts';

export interface FunctionUrlOf {
  /** The logical id of the function. */
  readonly id: string;
  /** The logical id of the function, or of the alias that the URL belongs to. */
  readonly target: string;
  readonly Condition: unknown;
}

/**
 * Adds the URL of a function. If it is public, the translator also adds both permissions, but not if
 * a parameter makes it public.
 */
export function addFunctionUrl(
  { id, target, Condition }: FunctionUrlOf,
  config: Json,
  sam: SamTemplate,
): void {
  const Target = { Ref: target };
  const Properties = { ...config, TargetFunctionArn: Target };
  sam.add(`${id}Url`, { Type: 'AWS::Lambda::Url', Properties, Condition });
  if (config['AuthType'] !== 'NONE') return;
  const permit = (logicalId: string, properties: Json): void =>
    sam.add(logicalId, {
      Type: 'AWS::Lambda::Permission',
      Properties: { FunctionName: Target, Principal: '*', ...properties },
      Condition,
    });
  permit(`${id}UrlPublicPermissions`, {
    Action: 'lambda:InvokeFunctionUrl',
    FunctionUrlAuthType: 'NONE',
  });
  permit(`${id}URLInvokeAllowPublicAccess`, {
    Action: 'lambda:InvokeFunction',
    InvokedViaFunctionUrl: true,
  });
}
