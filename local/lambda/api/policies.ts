import { randomUUID } from 'node:crypto';
import type { Statement } from '#local/lambda/api/statement.ts';

/** The statements on one function, or on one of its aliases. */
export interface Policy {
  readonly statements: readonly Statement[];
  readonly revisionId: string;
}

/** The resource policies of functions, in memory, by the ARN that they belong to. */
export interface Policies {
  find(arn: string): Policy | undefined;
  /** Replaces the statements of a policy. Without any, the policy is removed. */
  put(arn: string, statements: readonly Statement[]): void;
}

/** Returns policies, of which there are none yet. */
export function createPolicies(): Policies {
  const byArn = new Map<string, Policy>();
  return {
    find: (arn) => byArn.get(arn),
    put(arn, statements) {
      if (statements.length === 0) byArn.delete(arn);
      else byArn.set(arn, { statements, revisionId: randomUUID() });
    },
  };
}
