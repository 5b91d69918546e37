/** Returns the version or alias at the end of a function's name or ARN. */
export function qualifierIn(nameOrArn: string): string | undefined {
  return nameOrArn.split(':')[nameOrArn.startsWith('arn:') ? 7 : 1];
}

/** Returns the ARN that a resource policy belongs to: a version or an alias has one of its own. */
export function policyArn(
  { arn }: { readonly arn: string },
  qualifier: string | undefined,
): string {
  return qualifier === undefined || qualifier === '$LATEST' ? arn : `${arn}:${qualifier}`;
}
