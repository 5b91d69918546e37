import { RemovalPolicy } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/** Answers that are too large for an item of the table; names as `src/aws/large-answers.ts` has them. */
export class AnswersBucket extends Bucket {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  /** Keep answers and read them back: nothing can be listed or removed. */
  grantAnswers(grantee: IGrantable): void {
    this.grantOn(grantee, 's3:GetObject', 's3:PutObject');
  }

  grantManagement(grantee: IGrantable): void {
    this.grantOn(grantee, 's3:GetObject', 's3:PutObject', 's3:DeleteObject');
  }

  private grantOn(grantee: IGrantable, ...actions: string[]): void {
    const resourceArns = [this.arnForObjects('answers/*')];
    Grant.addToPrincipal({ grantee, actions, resourceArns });
  }
}
