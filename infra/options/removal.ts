import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { CfnUserPool } from 'aws-cdk-lib/aws-cognito';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { CfnBucket } from 'aws-cdk-lib/aws-s3';
import { BucketAutoDeleteObjects } from 'aws-cdk-lib/aws-s3/mixins';
import { partsOf } from '#infra/options/stack-parts.ts';

/** Lets everything that a stack stores be deleted with it: tables, users, and buckets with files. */
export function destroyWithStack(stack: Stack): void {
  for (const table of partsOf(stack, CfnTable)) {
    table.deletionProtectionEnabled = false;
    table.applyRemovalPolicy(RemovalPolicy.DESTROY);
  }
  for (const users of partsOf(stack, CfnUserPool)) {
    users.deletionProtection = 'INACTIVE';
    users.applyRemovalPolicy(RemovalPolicy.DESTROY);
  }
  for (const bucket of partsOf(stack, CfnBucket)) {
    bucket.applyRemovalPolicy(RemovalPolicy.DESTROY);
    bucket.with(new BucketAutoDeleteObjects());
  }
}
