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

/** Stores conversations, turns, tasks, documents, spending and keys of issuers (`src/aws/dynamo/keys.ts`). */
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
    this.#grant(grantee, turnActions, ownersPartitions);
  }

  /** Allows reading, writing and updating single items, including those of spending. */
  grantItems(grantee: IGrantable): void {
    const actions = ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];
    this.#grant(grantee, actions, ownersPartitions);
  }

  /** Allows listing an owner's items, and deleting single ones. */
  grantItemRemoval(grantee: IGrantable): void {
    this.#grant(grantee, ['dynamodb:Query', 'dynamodb:DeleteItem'], ownersPartitions);
  }

  /** Allows deleting items and, many at a time, turns and their logs. */
  grantTurnRemoval(grantee: IGrantable): void {
    this.#grant(grantee, ['dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'], ownersPartitions);
  }

  /** Allows everything that turns need, and listing and deleting conversations. */
  grantManagement(grantee: IGrantable): void {
    const actions = [...turnActions, 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'];
    this.#grant(grantee, actions, ownersPartitions);
    const index = `${this.tableArn}/index/ByActivity`;
    Grant.addToPrincipal({ grantee, actions: ['dynamodb:Query'], resourceArns: [index] });
  }

  /** Allows reading and deleting everything of owners, and ending their turns. */
  grantOwnedData(grantee: IGrantable): void {
    const actions = [...turnActions, 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem'];
    this.#grant(grantee, actions, ownersPartitions);
    this.#grant(grantee, ['dynamodb:DeleteItem'], ['PAGE_SESSION#*']);
    this.#grant(grantee, ['dynamodb:Query', 'dynamodb:DeleteItem'], ['PAGE_SESSIONS#*']);
  }

  /** Allows reading and replacing the public keys of issuers, which no other function may write. */
  grantIssuerKeys(grantee: IGrantable): void {
    this.#grant(grantee, ['dynamodb:GetItem', 'dynamodb:UpdateItem'], ['ISSUER_KEYS']);
  }

  /** Allows reading and writing the sessions of the page. */
  grantPageSessions(grantee: IGrantable): void {
    const actions = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query'];
    const partitions = ['PAGE_SESSION#*', 'PAGE_SESSIONS#*'];
    this.#grant(
      grantee,
      actions.map((action) => `dynamodb:${action}`),
      partitions,
    );
  }

  /** Allows reading the secret that signs the tokens of guests, and creating it. */
  grantGuestSecret(grantee: IGrantable): void {
    this.#grant(grantee, ['dynamodb:UpdateItem'], ['GUEST_SECRET']);
  }

  /** Allows actions on the items with these partition keys (`src/aws/dynamo/keys.ts`). */
  #grant(grantee: IGrantable, actions: string[], partitions: readonly string[]): void {
    const conditions = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': partitions } };
    Grant.addToPrincipal({ grantee, actions, resourceArns: [this.tableArn], conditions });
  }
}

/** What owners have, and the secret of the names in logs. */
const ownersPartitions = ['OWNER#*', 'TURNS#*', 'SEARCH#*', 'LOGS#*', 'LOG_SECRET'];

const turnActions = [
  'dynamodb:GetItem',
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  'dynamodb:Query',
];
