import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { BedrockClient } from '@aws-sdk/client-bedrock';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';

/** Where the account is. Without an option, the SDK finds it in its own files and variables. */
export interface AccountConfig {
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** The clients that read an account. */
export interface Clients {
  readonly apiGateway: APIGatewayClient;
  readonly cloudFormation: CloudFormationClient;
  readonly lambda: LambdaClient;
  readonly logs: CloudWatchLogsClient;
  readonly sqs: SQSClient;
  /** The Region in which models are called can be another one. */
  bedrock(region: string): BedrockClient;
}

/** Creates the clients of an account. */
export function createClients(config: AccountConfig): Clients {
  const inRegions = new Map<string, BedrockClient>();
  return {
    apiGateway: new APIGatewayClient(config),
    cloudFormation: new CloudFormationClient(config),
    lambda: new LambdaClient(config),
    logs: new CloudWatchLogsClient(config),
    sqs: new SQSClient(config),
    bedrock(region) {
      const client = inRegions.get(region) ?? new BedrockClient({ ...config, region });
      inRegions.set(region, client);
      return client;
    },
  };
}
