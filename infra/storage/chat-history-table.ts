import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Stores sessions in the format of LangChain's `DynamoDBChatMessageHistory`. */
export class ChatHistoryTable extends Table {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      tableName: 'ChatMessageHistory',
      partitionKey: { name: 'SessionId', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // Retained when the stack is deleted, but not if its creation fails: the name would be taken.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }

  /** Allows reading and extending sessions, but not listing or deleting them. */
  grantSessions(grantee: IGrantable): void {
    const actions = ['dynamodb:GetItem', 'dynamodb:UpdateItem'];
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.tableArn] });
  }

  /** Allows finding all sessions of an owner, which takes a scan, reading them and deleting them. */
  grantOwnedSessions(grantee: IGrantable): void {
    const actions = ['dynamodb:Scan', 'dynamodb:GetItem', 'dynamodb:DeleteItem'];
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.tableArn] });
  }
}
