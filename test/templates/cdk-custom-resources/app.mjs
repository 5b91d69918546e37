import { App, CfnOutput, CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AttributeType, Table } from 'aws-cdk-lib/aws-dynamodb';
import { LambdaIntegration, RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Code, Function, Runtime } from 'aws-cdk-lib/aws-lambda';
import { NodejsFunction } from 'aws-cdk-lib/aws-lambda-nodejs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { BucketDeployment, Source } from 'aws-cdk-lib/aws-s3-deployment';
import {
  AwsCustomResource,
  AwsCustomResourcePolicy,
  PhysicalResourceId,
  Provider,
} from 'aws-cdk-lib/custom-resources';

/*
 * A stack with CDK's own custom resources: files in a bucket, a bucket that is emptied, a call of an
 * SDK, a provider with a waiter, and a log retention. A bundled function answers a REST API.
 */
const app = new App({ analyticsReporting: false });
const stack = new Stack(app, 'Custom', { env: { region: 'us-east-1' } });
const table = new Table(stack, 'Items', {
  partitionKey: { name: 'id', type: AttributeType.STRING },
});

const site = new Bucket(stack, 'Site', {
  removalPolicy: RemovalPolicy.DESTROY,
  autoDeleteObjects: true,
});
new BucketDeployment(stack, 'Files', {
  sources: [
    Source.asset(`${import.meta.dirname}/site`),
    Source.jsonData('config.json', { table: table.tableName }),
  ],
  destinationBucket: site,
  destinationKeyPrefix: 'web',
});

const call = new AwsCustomResource(stack, 'Call', {
  onCreate: {
    service: 'DynamoDB',
    action: 'putItem',
    parameters: { TableName: table.tableName, Item: { id: { S: 'called' } } },
    physicalResourceId: PhysicalResourceId.of('called'),
  },
  policy: AwsCustomResourcePolicy.fromSdkCalls({
    resources: AwsCustomResourcePolicy.ANY_RESOURCE,
  }),
});

const createFunction = (name, more = {}) =>
  new Function(stack, name, {
    runtime: Runtime.NODEJS_24_X,
    code: Code.fromAsset(`${import.meta.dirname}/provider`),
    handler: `index.${name}`,
    ...more,
    environment: { TABLE: table.tableName, ...more.environment },
  });
const provider = new Provider(stack, 'Provider', {
  onEventHandler: createFunction('onEvent'),
  isCompleteHandler: createFunction('isComplete'),
  queryInterval: Duration.seconds(1),
});
const provided = new CustomResource(stack, 'Provided', {
  serviceToken: provider.serviceToken,
  properties: { value: 'from the provider' },
});
provided.node.addDependency(call);

const logged = createFunction('Logged', {
  handler: 'index.onEvent',
  logRetention: 7,
  environment: { VALUE: provided.getAttString('Value') },
});
const bundled = new NodejsFunction(stack, 'Bundled', {
  entry: `${import.meta.dirname}/bundled/index.ts`,
  runtime: Runtime.NODEJS_24_X,
  environment: { TABLE: table.tableName },
});
table.grantReadData(bundled);
const api = new RestApi(stack, 'Api', { defaultCorsPreflightOptions: { allowOrigins: ['*'] } });
api.root.addResource('items').addMethod('GET', new LambdaIntegration(bundled));
new CfnOutput(stack, 'Function', { value: logged.functionName });
new CfnOutput(stack, 'Table', { value: table.tableName });
new CfnOutput(stack, 'Bucket', { value: site.bucketName });
new CfnOutput(stack, 'Value', { value: provided.getAttString('Value') });
app.synth();
