import { Duration } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { PrivateBucket } from '#infra/storage/private-bucket.ts';

/** Answers that are too large for an item of the table; names as `src/aws/large-answers.ts` has them. */
export class AnswersBucket extends PrivateBucket {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      // Of one-shot prompts, which the table forgets after a day or two.
      lifecycleRules: [{ prefix: 'answers/expiring/', expiration: Duration.days(30) }],
    });
  }

  /** Keep answers, read them back, and take back what was not needed: nothing can be listed. */
  grantAnswers(grantee: IGrantable): void {
    const actions = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'];
    const resourceArns = [this.arnForObjects('answers/*')];
    Grant.addToPrincipal({ grantee, actions, resourceArns });
  }
}
