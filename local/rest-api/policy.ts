import { asText, isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';
import { matchesWildcard, policyPattern } from '#local/wire/wildcard.ts';

export type PolicyVerdict = 'allowed' | 'denied' | 'not-allowed';

const action = 'execute-api:invoke';

/**
 * Whether a policy lets a method be called: an explicit deny wins, and nothing said is no. What a
 * condition asks is not known here, so a statement with one allows nothing and denies all the same.
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

/** Actions know no case, resources do. */
function applies(statement: Json, methodArn: string): boolean {
  const { Action, NotAction, Resource, NotResource } = statement;
  const isAction =
    NotAction === undefined
      ? matches(lowerCased(Action), action)
      : !matches(lowerCased(NotAction), action);
  const isResource =
    NotResource === undefined ? matches(Resource, methodArn) : !matches(NotResource, methodArn);
  return isAction && isResource;
}

function lowerCased(patterns: unknown): unknown {
  return [patterns ?? []].flat().map((pattern) => asText(pattern)?.toLowerCase());
}

function matches(patterns: unknown, value: string): boolean {
  return [patterns ?? []]
    .flat()
    .some((pattern) => matchesWildcard(policyPattern(asText(pattern) ?? ''), value));
}
