import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Stores conversations, turns, tasks, documents and spending (`src/aws/dynamo/keys.ts`). */
export class ConversationsTable extends Table {
  constructor(scope: Construct, id: string) {
    const partitionKey = { name: 'pk', type: AttributeType.STRING };
    super(scope, id, {
      partitionKey,
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: 'expiresAt',
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.addGlobalSecondaryIndex({
      indexName: 'ByActivity',
      partitionKey,
      sortKey: { name: 'updatedAtMs', type: AttributeType.NUMBER },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: ['conversationId', 'title', 'createdAtMs', 'deleting'],
    });
  }

  /** Allows beginning, following and ending turns and reading history, but not deleting anything. */
  grantTurns(grantee: IGrantable): void {
    Grant.addToPrincipal({ grantee, actions: turnActions, resourceArns: [this.tableArn] });
  }

  /** Allows reading, writing and updating single items, including those of spending. */
  grantItems(grantee: IGrantable): void {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.tableArn] });
  }

  /** Allows everything that turns need, and listing and deleting conversations. */
  grantManagement(grantee: IGrantable): void {
    const { tableArn } = this;
    const actions = [...turnActions, 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'];
    Grant.addToPrincipal({ grantee, actions, resourceArns: [tableArn] });
    const index = `${tableArn}/index/ByActivity`;
    Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns: [index] });
  }
}

const turnActions = [
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  'dynamodb:Query',
];
