import { asText, isRecord } from '#local/shape.ts';

export type PolicyVerdict = 'allowed' | 'denied' | 'not-allowed';

/** Whether a policy lets a method be called: an explicit deny wins, and nothing said is no. */
export function evaluatePolicy(policy: unknown, methodArn: string): PolicyVerdict {
  const { Statement } = isRecord(policy) ? policy : {};
  const effects = new Set<unknown>();
  for (const statement of [Statement ?? []].flat()) {
    const { Action, Resource, Effect } = isRecord(statement) ? statement : {};
    const applies = matches(Action, 'execute-api:Invoke') && matches(Resource, methodArn);
    if (applies) effects.add(Effect);
  }
  if (effects.has('Deny')) return 'denied';
  return effects.has('Allow') ? 'allowed' : 'not-allowed';
}

/** `*` stands for any text, `?` for one character; actions know no case. */
function matches(patterns: unknown, value: string): boolean {
  return [patterns ?? []].flat().some((pattern) => {
    const form = (asText(pattern) ?? '')
      .replaceAll(/[.+^${}()|[\]\\]/gu, String.raw`\$&`)
      .replaceAll(/\*+/gu, '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${form}$`, 'isu').test(value);
  });
}
