import { RemovalPolicy } from 'aws-cdk-lib';
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  ObjectOwnership,
  type BucketProps,
} from 'aws-cdk-lib/aws-s3';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from '#infra/acknowledge.ts';

type PrivateBucketProps = Pick<BucketProps, 'lifecycleRules' | 'cors'>;

/** A bucket without public access, encrypted, for TLS only, that is retained after its stack. */
export class PrivateBucket extends Bucket {
  constructor(scope: Construct, id: string, props: PrivateBucketProps) {
    super(scope, id, {
      encryption: BucketEncryption.S3_MANAGED,
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...props,
    });
    acknowledge(this, {
      S1: 'Only functions and the URLs that they sign reach its objects, and functions have logs.',
    });
  }

  /** Allows listing the objects whose names have these prefixes. */
  protected grantList(grantee: IGrantable, prefixes: readonly string[]): void {
    const conditions = { StringLike: { 's3:prefix': prefixes } };
    const [actions, resourceArns] = [['s3:ListBucket'], [this.bucketArn]];
    Grant.addToPrincipal({ grantee, actions, resourceArns, conditions });
  }
}
