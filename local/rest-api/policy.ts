import { asText, isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';
import { matchesWildcard, policyPattern } from '#local/wire/wildcard.ts';

export type PolicyVerdict = 'allowed' | 'denied' | 'not-allowed';

const action = 'execute-api:invoke';

/**
 * Whether a value is a policy document: statements with an effect, and with actions and resources
 * as texts.
 */
export function isPolicy(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const statements = [value['Statement'] ?? []].flat();
  return (
    statements.length > 0 &&
    statements.map(record).every(({ Effect, Action, NotAction, Resource, NotResource }) => {
      const isEffect = Effect === 'Allow' || Effect === 'Deny';
      return isEffect && areTexts(Action ?? NotAction) && areTexts(Resource ?? NotResource);
    })
  );
}

function areTexts(value: unknown): boolean {
  const texts = [value ?? []].flat();
  return texts.length > 0 && texts.every((text) => typeof text === 'string');
}

/**
 * Evaluates whether a policy allows a method to be called. An explicit deny wins; without an allow,
 * the result is `not-allowed`. Conditions are not evaluated, to be on the safe side: an `Allow`
 * statement with a condition is ignored, and a `Deny` statement with one applies.
 */
export function evaluatePolicy(policy: unknown, methodArn: string): PolicyVerdict {
  const { Statement } = isRecord(policy) ? policy : {};
  const effects = new Set<unknown>();
  for (const statement of [Statement ?? []].flat().map(record)) {
    const isConditional = statement['Condition'] !== undefined && statement['Effect'] === 'Allow';
    if (!isConditional && applies(statement, methodArn)) effects.add(statement['Effect']);
  }
  if (effects.has('Deny')) return 'denied';
  return effects.has('Allow') ? 'allowed' : 'not-allowed';
}

/** Whether a statement applies. Actions are case-insensitive, resources are case-sensitive. */
function applies(statement: Json, methodArn: string): boolean {
  const { Action, NotAction, Resource, NotResource } = statement;
  const isAction =
    NotAction === undefined
      ? matches(toLowerCase(Action), action)
      : !matches(toLowerCase(NotAction), action);
  const isResource =
    NotResource === undefined ? matches(Resource, methodArn) : !matches(NotResource, methodArn);
  return isAction && isResource;
}

function toLowerCase(patterns: unknown): unknown {
  return [patterns ?? []].flat().map((pattern) => asText(pattern)?.toLowerCase());
}

function matches(patterns: unknown, value: string): boolean {
  return [patterns ?? []]
    .flat()
    .some((pattern) => matchesWildcard(policyPattern(asText(pattern) ?? ''), value));
}
