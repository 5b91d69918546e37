import { Duration } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from '#infra/acknowledge.ts';
import { PrivateBucket } from '#infra/storage/private-bucket.ts';

/** Stores the files of exports, which owners download by signed URLs. */
export class ExportsBucket extends PrivateBucket {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      // A day more than an export is stored (`src/api/data/answer-data.ts`).
      lifecycleRules: [{ prefix: 'exports/', expiration: Duration.days(8) }],
    });
    acknowledge(this.stack, {
      [`IAM5[Resource::<${id}.Arn>/exports/*]`]: 'Each export has files of its own.',
    });
  }

  /** Allows signing URLs with which callers download their exports. */
  grantDownload(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:GetObject']);
  }

  /** Allows writing, listing and deleting exports. */
  grantExports(grantee: IGrantable): void {
    this.#grant(grantee, ['s3:PutObject', 's3:DeleteObject']);
    this.grantList(grantee, ['exports/*']);
  }

  #grant(grantee: IGrantable, actions: string[]): void {
    const resourceArns = [this.arnForObjects('exports/*')];
    Grant.addToPrincipal({ grantee, actions, resourceArns });
  }
}
