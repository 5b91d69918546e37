import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Sessions as LangChain's `DynamoDBChatMessageHistory` keeps them, in every language it is in. */
export class ChatHistoryTable extends Table {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      tableName: 'ChatMessageHistory',
      partitionKey: { name: 'SessionId', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      // Kept when the stack goes, but not where its creation failed: its name would be taken.
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    });
  }

  /** Read sessions and add to them: nothing can be listed or removed. */
  grantSessions(grantee: IGrantable): void {
    const actions = ['dynamodb:GetItem', 'dynamodb:UpdateItem'];
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.tableArn] });
  }
}
