import { Duration } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { HttpMethods } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge } from '#infra/acknowledge.ts';
import { PrivateBucket } from '#infra/storage/private-bucket.ts';

/**
 * Stores answers that are too large for an item of the table, and the files of messages
 * (`src/aws/conversation/large-answers.ts`, `src/domain/conversation/attachment.ts`).
 */
export class AnswersBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, allowedOrigins: readonly string[]) {
    super(scope, id, {
      lifecycleRules: [
        // Answers to one-shot prompts, whose items in the table expire after a day or two.
        { prefix: 'answers/expiring/', expiration: Duration.days(30) },
        // Files that no message has. A conversation keeps copies of its own.
        { prefix: 'attachments/uploaded/', expiration: Duration.days(1) },
      ],
      cors: [
        {
          allowedMethods: [HttpMethods.PUT, HttpMethods.GET],
          allowedOrigins: [...allowedOrigins],
          allowedHeaders: ['content-type', 'if-none-match', 'x-amz-meta-name'],
        },
      ],
    });
    for (const prefix of ['answers', 'attachments', 'attachments/kept', 'attachments/uploaded']) {
      acknowledge(this.stack, {
        [`IAM5[Resource::<${id}.Arn>/${prefix}/*]`]: 'Each owner has a folder below this prefix.',
      });
    }
  }

  /**
   * Allows writing, reading and deleting answers, but not listing them. Files are deleted with the
   * turns that have them.
   */
  grantAnswers(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'], 'answers/*');
    this.#grant(grantee, ['s3:DeleteObject'], 'attachments/*');
  }

  /** Allows reading files, and storing copies for conversations, but not listing them. */
  grantFiles(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject'], 'attachments/*');
    this.#grant(grantee, ['s3:PutObject'], 'attachments/kept/*');
  }

  /** Allows signing URLs with which callers upload files, and finding and downloading them. */
  grantUploads(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject'], 'attachments/*');
    this.#grant(grantee, ['s3:PutObject'], 'attachments/uploaded/*');
    this.grantList(grantee, ['attachments/*']);
  }

  /** Allows listing, reading and deleting all answers and files. */
  grantOwnedAnswers(grantee: IGrantable): void {
    this.grantAnswers(grantee);
    this.#grant(grantee, ['s3:GetObject'], 'attachments/*');
    this.grantList(grantee, ['answers/*', 'attachments/*']);
  }

  #grant(grantee: IGrantable, actions: string[], objects: string): void {
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.arnForObjects(objects)] });
  }
}
