import { Duration } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from '#infra/acknowledge.ts';
import { PrivateBucket } from '#infra/storage/private-bucket.ts';

/** Stores answers that are too large for an item of the table (`src/aws/conversation/large-answers.ts`). */
export class AnswersBucket extends PrivateBucket {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      // Answers to one-shot prompts, whose items in the table expire after a day or two.
      lifecycleRules: [{ prefix: 'answers/expiring/', expiration: Duration.days(30) }],
    });
    acknowledge(this.stack, {
      [`IAM5[Resource::<${id}.Arn>/answers/*]`]: 'Answers are objects below one prefix.',
    });
  }

  /** Allows writing, reading and deleting answers, but not listing them. */
  grantAnswers(grantee: IGrantable): void {
    const actions = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'];
    const resourceArns = [this.arnForObjects('answers/*')];
    Grant.addToPrincipal({ grantee, actions, resourceArns });
  }

  /** Allows listing answers, too. */
  grantOwnedAnswers(grantee: IGrantable): void {
    this.grantAnswers(grantee);
    this.grantList(grantee, ['answers/*']);
  }
}
