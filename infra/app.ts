import { App } from 'aws-cdk-lib';
import { readSettings } from '#infra/settings.ts';
import { StreambedStack } from '#infra/streambed-stack.ts';

/** The CDK app. Synthesizes to `cdk.out`, or to the folder that the CDK CLI sets. */
const app = new App({ outdir: process.env['CDK_OUTDIR'] ?? 'cdk.out' });
try {
  new StreambedStack(app, 'Streambed', readSettings(app.node));
} catch (error) {
  // A wrong setting is a sentence for whoever deploys, and its place in the code is not.
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
app.synth();
