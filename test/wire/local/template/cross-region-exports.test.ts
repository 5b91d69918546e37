import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostTemplate } from '#test/fixtures/host-template.ts';

const name = '/cdk/exports/Second/Arn';
const serviceToken = 'arn:aws:lambda:us-east-1:000000000000:function:writer';

const templates = {
  First: {
    Resources: {
      Queue: { Type: 'AWS::SQS::Queue' },
      Writer: {
        Type: 'Custom::CrossRegionExportWriter',
        Properties: {
          ServiceToken: serviceToken,
          WriterProps: { region: 'us-west-2', exports: { [name]: { 'Fn::GetAtt': 'Queue.Arn' } } },
        },
      },
    },
  },
  Second: {
    Resources: {
      Reader: {
        Type: 'Custom::CrossRegionExportReader',
        Properties: {
          ServiceToken: serviceToken,
          ReaderProps: { region: 'us-west-2', imports: { [name]: `{{resolve:ssm:${name}}}` } },
        },
      },
    },
    Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Reader', name] } } },
  },
};

test('a value that CDK exports to a stack of another Region arrives there', async () => {
  const template = await mkdtemp(join(tmpdir(), 'streambed-'));
  const artifacts = Object.keys(templates).map((stack) => [
    stack,
    { type: 'aws:cloudformation:stack', properties: { templateFile: `${stack}.template.json` } },
  ]);
  const manifest = { artifacts: Object.fromEntries(artifacts) as unknown };
  await writeFile(join(template, 'manifest.json'), JSON.stringify(manifest));
  for (const [stack, content] of Object.entries(templates)) {
    await writeFile(join(template, `${stack}.template.json`), JSON.stringify(content));
  }
  await using system = await hostTemplate('', { template });
  const Arn = 'arn:aws:sqs:us-east-1:000000000000:First-Queue';
  expect(system.state.outputs).toEqual({ Arn });
  expect(system.state.notices).toEqual([]);
});
