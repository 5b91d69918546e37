import { Duration } from 'aws-cdk-lib';
import { Grant, PolicyStatement, ServicePrincipal, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { PrivateBucket } from '#infra/storage/private-bucket.ts';

/** Documents that were brought, and what is worked with; names as `src/domain/document.ts` has them. */
export class DocumentsBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, allowedOrigins: readonly string[]) {
    const expiration = Duration.days(30);
    super(scope, id, {
      lifecycleRules: ['uploads/', 'work/'].map((prefix) => ({ prefix, expiration })),
      cors: [
        {
          allowedMethods: [HttpMethods.PUT],
          allowedOrigins: [...allowedOrigins],
          allowedHeaders: ['content-type'],
        },
      ],
    });
  }

  /**
   * Tells a queue of what is uploaded. Written into the bucket's own properties: the construct
   * library does it by a function of its own that may change any bucket.
   */
  tellUploads(queue: Queue, account: string): void {
    const { node } = this;
    const allowed = queue.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('s3.amazonaws.com')],
        actions: ['sqs:SendMessage'],
        resources: [queue.queueArn],
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    );
    const bucket = node.defaultChild;
    if (!(bucket instanceof CfnBucket)) throw new Error('A bucket has a resource of its own');
    bucket.notificationConfiguration = {
      queueConfigurations: [
        {
          event: 's3:ObjectCreated:*',
          queue: queue.queueArn,
          filter: { s3Key: { rules: [{ name: 'prefix', value: 'uploads/' }] } },
        },
      ],
    };
    // S3 tries whether it may tell the queue as soon as it is to.
    if (allowed.policyDependable !== undefined) node.addDependency(allowed.policyDependable);
  }

  /** Read what was brought, and work with it. */
  grantReading(grantee: IGrantable): void {
    const resourceArns = [this.arnForObjects('uploads/*')];
    Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns });
    this.grantWork(grantee);
  }

  /** Read and write what is worked with, and nothing that was brought. */
  grantWork(grantee: IGrantable): void {
    // Without it, S3 says of what is not there that it may not be read.
    Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [this.bucketArn] });
    Grant.addToPrincipal({
      grantee,
      actions: ['s3:GetObject', 's3:PutObject'],
      resourceArns: [this.arnForObjects('work/*')],
    });
  }

  /** Take back what is too large. */
  grantRefusal(grantee: IGrantable): void {
    const resourceArns = [this.arnForObjects('uploads/*')];
    Grant.addToPrincipal({ grantee, actions: ['s3:DeleteObject'], resourceArns });
  }

  /** Bring documents, oneself or by an address that is given away. */
  grantBringing(grantee: IGrantable): void {
    const resourceArns = [this.arnForObjects('uploads/*')];
    Grant.addToPrincipal({ grantee, actions: ['s3:PutObject'], resourceArns });
  }
}
