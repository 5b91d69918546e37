import { App } from 'aws-cdk-lib';
import { readSettings } from '#infra/settings.ts';
import { StreambedStack } from '#infra/streambed-stack.ts';

/** The CDK app: synthesizes to `cdk.out`, or to where the CDK CLI wants it. */
const app = new App({ outdir: process.env['CDK_OUTDIR'] ?? 'cdk.out' });
new StreambedStack(app, 'Streambed', readSettings(app.node));
app.synth();
