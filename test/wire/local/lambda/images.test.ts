import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect, test } from 'vitest';
import { hostTemplate } from '#test/fixtures/host-template.ts';
import { invoke, writeProject } from '#test/fixtures/project.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;

test.runIf(hasPython)('container images run from the folder that they are built from', async () => {
  await using system = await hostTemplate('sam-image/template.yaml');
  expect(await invoke(system, 'local-Greeting')).toBe('Hello');
  expect(await invoke(system, 'local-Farewell')).toBe('Goodbye');
  const response = await fetch(system.state.outputs['StoryUrl'] ?? '');
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(await response.text()).toBe(
    'data: "A short story"\n\ndata: "once"\n\ndata: "upon"\n\ndata: "a"\n\ndata: "time"\n\n',
  );
  expect(system.state.notices).toEqual([
    'Foreign: its image is in a registry. Metadata with Dockerfile and DockerContext would say what it is built from',
    'Story: runs without its container. What its image installs must be here: pip install -r requirements.txt',
  ]);
  const lambda = new LambdaClient(system.config);
  const read = new GetFunctionConfigurationCommand({ FunctionName: 'local-Greeting' });
  const configuration = await lambda.send(read);
  expect(configuration).toMatchObject({ PackageType: 'Image', MemorySize: 256 });
  expect(configuration.Handler).toBeUndefined();
});

test.each([
  ['FROM golang:1.25\nCMD ["main"]', 'F: images that begin with golang:1.25 are not hosted here'],
  [
    'FROM node:24\nCOPY . .\nCMD ["node", "a.js"]',
    'F: its image has neither a runtime client nor the Lambda Web Adapter',
  ],
  [
    'FROM public.ecr.aws/lambda/nodejs:24\nCMD ["built.handler"]',
    'F: its handler built.handler is made by a build of its image, which does not run here',
  ],
])('an image that cannot run here is named: %s', async (dockerfile, notice) => {
  const template = await writeProject({
    'code/Dockerfile': dockerfile,
    'template.yaml': `
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: { PackageType: Image, Code: { ImageUri: 'f:1' } }
    Metadata: { DockerContext: code, Dockerfile: Dockerfile }
`,
  });
  await using system = await hostTemplate('', { template: join(template, 'template.yaml') });
  expect(system.state.notices).toEqual([notice]);
});
