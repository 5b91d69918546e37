import { App, CfnOutput, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Code, Function, FunctionUrlAuthType, Runtime } from 'aws-cdk-lib/aws-lambda';

/**
 * Synthesizes a stage into a folder and returns the folder. The stage has two stacks, one of which
 * uses a table and a function of the other, and a nested stack.
 */
export function synthesize(outdir: string): string {
  const app = new App({ outdir, analyticsReporting: false });
  const stage = new Stage(app, 'Prod', { env: { region: 'us-east-1' } });

  const base = new Stack(stage, 'Base');
  const table = new TableV2(base, 'Items', {
    partitionKey: { name: 'id', type: AttributeType.STRING },
    globalSecondaryIndexes: [
      { indexName: 'byKind', partitionKey: { name: 'kind', type: AttributeType.STRING } },
    ],
  });

  const site = new Stack(stage, 'Site');
  const nested = new NestedStack(site, 'Functions');
  const reader = new Function(nested, 'Reader', {
    runtime: Runtime.NODEJS_24_X,
    handler: 'reader.handler',
    code: Code.fromAsset(`${import.meta.dirname}/code`),
    environment: { TABLE: table.tableName },
  });
  table.grantReadWriteData(reader);
  const url = reader.addFunctionUrl({ authType: FunctionUrlAuthType.NONE });
  new CfnOutput(site, 'ReaderUrl', { value: url.url });
  app.synth();
  return outdir;
}
