import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Explains findings of cdk-nag about a construct and what is in it: the reasons, by the ids of the
 * findings. The template does not change.
 */
export function acknowledge(
  construct: IConstruct,
  reasons: Readonly<Record<string, string>>,
): void {
  for (const [id, reason] of Object.entries(reasons)) {
    Validations.of(construct).acknowledge({ id: `AwsSolutions-${id}`, reason });
  }
}
