import { App } from 'aws-cdk-lib';
import { readSettings } from '#infra/settings.ts';
import { StreambedStack } from '#infra/streambed-stack.ts';

/** The CDK app. Synthesizes to `cdk.out`, or to the folder that the CDK CLI sets. */
const app = new App({ outdir: process.env['CDK_OUTDIR'] ?? 'cdk.out' });
new StreambedStack(app, 'Streambed', readSettings(app.node));
app.synth();
