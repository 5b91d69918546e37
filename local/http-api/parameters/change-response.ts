import type { ResponseHead } from '#local/lambda/invoke/streamed-response.ts';
import {
  evaluateExpression,
  type ExpressionSources,
} from '#local/http-api/parameters/expressions.ts';
import type { ParameterChanges } from '#local/http-api/parameters/read-changes.ts';

/** Returns the head of a response with the changes for its status. */
export function changeResponse(
  responses: ParameterChanges['responses'],
  head: ResponseHead,
  sources: ExpressionSources,
): ResponseHead {
  const headers = new Map(Object.entries(head.headers));
  let { status } = head;
  for (const [change, expression] of responses.get(String(head.status)) ?? []) {
    const value = evaluateExpression(expression, sources);
    const [action, target = ''] = change.split(':');
    const name = target.replace('header.', '').toLowerCase();
    if (action === 'remove') headers.delete(name);
    else if (value === undefined) continue;
    else if (target === 'statuscode') status = toStatus(value) ?? status;
    else {
      const before = action === 'append' ? (headers.get(name) ?? []) : [];
      headers.set(name, [[...before, value].join(',')]);
    }
  }
  return { status, headers: Object.fromEntries(headers) };
}

function toStatus(value: string): number | undefined {
  return /^[2-5]\d\d$/u.test(value) ? Number(value) : undefined;
}
