import { Duration } from 'aws-cdk-lib';
import { Grant, PolicyStatement, ServicePrincipal, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { CfnBucket, HttpMethods } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { acknowledge } from '#infra/acknowledge.ts';
import { PrivateBucket } from '#infra/storage/private-bucket.ts';

/** Stores uploaded documents and the work files of workflows (`src/domain/document/document.ts`). */
export class DocumentsBucket extends PrivateBucket {
  constructor(scope: Construct, id: string, allowedOrigins: readonly string[]) {
    const expiration = Duration.days(30);
    super(scope, id, {
      lifecycleRules: ['uploads/', 'work/'].map((prefix) => ({ prefix, expiration })),
      cors: [
        {
          allowedMethods: [HttpMethods.PUT],
          allowedOrigins: [...allowedOrigins],
          allowedHeaders: ['content-type', 'if-none-match'],
        },
      ],
    });
    for (const prefix of ['uploads', 'work']) {
      acknowledge(this.stack, {
        [`IAM5[Resource::<${id}.Arn>/${prefix}/*]`]: 'Documents are objects below one prefix.',
      });
    }
  }

  /**
   * Sends a message to a queue for each upload. This sets a property of the bucket itself, because
   * the construct library would add a function that can change any bucket.
   */
  notifyOfUploads(queue: Queue, account: string): void {
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
    if (!(bucket instanceof CfnBucket)) throw new Error('The bucket has no CfnBucket');
    bucket.notificationConfiguration = {
      queueConfigurations: [
        {
          event: 's3:ObjectCreated:*',
          queue: queue.queueArn,
          filter: { s3Key: { rules: [{ name: 'prefix', value: 'uploads/' }] } },
        },
      ],
    };
    // S3 sends a test message to the queue as soon as the notification is configured.
    if (allowed.policyDependable !== undefined) node.addDependency(allowed.policyDependable);
  }

  /** Allows reading uploads, and reading and writing work files. */
  grantExtraction(grantee: IGrantable): void {
    const resourceArns = [this.arnForObjects('uploads/*')];
    Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns });
    this.grantWorkFiles(grantee);
  }

  /** Allows reading and writing work files, but not uploads. */
  grantWorkFiles(grantee: IGrantable): void {
    // Without this permission, S3 answers 403 instead of 404 for an object that does not exist.
    Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [this.bucketArn] });
    Grant.addToPrincipal({
      grantee,
      actions: ['s3:GetObject', 's3:PutObject'],
      resourceArns: [this.arnForObjects('work/*')],
    });
  }

  /** Allows deleting uploads that are too large. */
  grantDeleteUploads(grantee: IGrantable): void {
    const resourceArns = [this.arnForObjects('uploads/*')];
    Grant.addToPrincipal({ grantee, actions: ['s3:DeleteObject'], resourceArns });
  }

  /** Allows uploading documents, and signing URLs with which callers upload them. */
  grantUpload(grantee: IGrantable): void {
    const resourceArns = [this.arnForObjects('uploads/*')];
    Grant.addToPrincipal({ grantee, actions: ['s3:PutObject'], resourceArns });
  }

  /** Allows deleting the files of documents, and listing their work files. */
  grantDeletion(grantee: IGrantable): void {
    const resourceArns = ['uploads/*', 'work/*'].map((files) => this.arnForObjects(files));
    Grant.addToPrincipal({ grantee, actions: ['s3:DeleteObject'], resourceArns });
    this.grantList(grantee, ['work/*']);
  }

  /** Allows listing and deleting all files, and reading uploads. */
  grantOwnedFiles(grantee: IGrantable): void {
    const folders = ['uploads/*', 'work/*'];
    const resourceArns = folders.map((folder) => this.arnForObjects(folder));
    Grant.addToPrincipal({ grantee, actions: ['s3:DeleteObject'], resourceArns });
    const uploads = [this.arnForObjects('uploads/*')];
    Grant.addToPrincipal({ grantee, actions: ['s3:GetObject'], resourceArns: uploads });
    // Unconditionally: S3 otherwise answers 403 instead of 404 for an upload that does not exist.
    Grant.addToPrincipal({ grantee, actions: ['s3:ListBucket'], resourceArns: [this.bucketArn] });
  }
}
