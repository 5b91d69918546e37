import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { hostTemplate } from '#test/fixtures/host-template.ts';
import { invoke, writeProject, type Files } from '#test/fixtures/project.ts';

const samTemplate = (codeUri: string, mark = ''): string => `
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ${codeUri}
      Handler: app.handler
      Runtime: nodejs24.x
      Layers: [!Ref Words]
    Metadata: { BuildMethod: esbuild, BuildProperties: { EntryPoints: [app.ts] }${mark} }
  Words:
    Type: AWS::Serverless::LayerVersion
    Properties: { ContentUri: Words }
    Metadata: { BuildMethod: nodejs24.x }
`;

const builtBySam: Files = {
  '.aws-sam/build.toml': '',
  '.aws-sam/build/template.yaml': samTemplate('Hello', ', SamResourceId: Hello'),
  '.aws-sam/build/Hello/app.js': `exports.handler = async () => require('words');`,
  '.aws-sam/build/Words/nodejs/node_modules/words/index.js': `module.exports = 'built by SAM';`,
};

test("SAM's build is hosted in place of its sources, and is not built again", async () => {
  const template = await writeProject({
    'template.yaml': samTemplate('src'),
    'src/app.ts': '',
    ...builtBySam,
  });
  for (const end of ['', '.aws-sam', '.aws-sam/build', '.aws-sam/build/template.yaml']) {
    await using system = await hostTemplate('', { template: join(template, end) });
    expect(system.lines).toEqual(
      end.endsWith('.yaml')
        ? []
        : [`${template} is a SAM or CloudFormation project: hosting .aws-sam/build/template.yaml`],
    );
    expect(await invoke(system, 'local-Hello')).toBe('built by SAM');
  }
});

test('what SAM built runs from any folder', async () => {
  const moved = Object.entries(builtBySam).map(
    ([name, content]) => [name.replace('.aws-sam/', ''), content] as const,
  );
  const template = join(await writeProject(Object.fromEntries(moved)), 'build');
  await using system = await hostTemplate('', { template });
  expect(await invoke(system, 'local-Hello')).toBe('built by SAM');
});

test("a SAM template without a build is hosted, and the command for its functions' packages is named", async () => {
  const template = await writeProject({
    'template.yml':
      samTemplate('src').replace('Layers: [!Ref Words]', '').split('  Words:')[0] ?? '',
    'src/app.ts': `export const handler = async (): Promise<string> => 'from TypeScript';`,
  });
  await using system = await hostTemplate('', { template });
  expect(system.lines[0]).toBe(
    `${template} is a SAM project without .aws-sam/build: hosting template.yml as it is. "sam build" in ${template} installs the packages of its functions`,
  );
  expect(await invoke(system, 'local-Hello')).toBe('from TypeScript');
});

const sources: readonly (readonly [source: string, output: string, command: string])[] = [
  ['serverless.yml', '.serverless/cloudformation-template-update-stack.json', 'osls package'],
  ['serverless.ts', '.serverless/cloudformation-template-update-stack.json', 'osls package'],
  ['cdk.json', 'cdk.out/manifest.json', 'npx cdk synth'],
  ['amplify/backend.ts', '.amplify/artifacts/cdk.out/manifest.json', 'npx ampx sandbox --once'],
];

test.each(sources)(
  'a project with %s and without %s is refused with the command for it',
  async (source, output, command) => {
    const folder = await writeProject({ [source]: '{}' });
    const message = `There is no ${join(folder, output)}: type "${command}" in ${folder}`;
    for (const end of ['', source, dirname(output)]) {
      await expect(hostTemplate('', { template: join(folder, end) })).rejects.toThrow(message);
    }
  },
);

test('a package that was not finished is refused', async () => {
  const folder = await writeProject({
    'serverless.yml': '',
    '.serverless/cloudformation-template-create-stack.json': '{}',
  });
  const template = join(folder, '.serverless');
  await expect(hostTemplate('', { template })).rejects.toThrow(`type "osls package" in ${folder}`);
});

test('an output that is older than a source is hosted, and the command is named', async () => {
  const template = await writeProject({
    'template.yaml': samTemplate('src'),
    'src/app.ts': '',
    'src/app.test.ts': '',
    'node_modules/a/index.js': '',
    ...builtBySam,
  });
  const built = join(template, '.aws-sam/build/template.yaml');
  const changeAt = (file: string, seconds: number): Promise<void> =>
    utimes(join(template, file), seconds, seconds);
  for (const file of ['template.yaml', 'src/app.ts']) await changeAt(file, 1_000);
  await utimes(built, 2_000, 2_000);
  {
    await using system = await hostTemplate('', { template });
    expect(system.state.notices).toEqual([]);
  }
  await changeAt('src/app.ts', 3_000);
  {
    await using named = await hostTemplate('', { template: built });
    expect(named.state.notices).toEqual([]);
  }
  await using system = await hostTemplate('', { template });
  expect(system.state.notices).toEqual([
    `${join(template, 'src/app.ts')} is newer than ${join(template, '.aws-sam/build')}: type "sam build" in ${template}`,
  ]);
  expect(await invoke(system, 'local-Hello')).toBe('built by SAM');
});

test('a CloudFormation template is found in whatever way it is written', async () => {
  const template = await writeProject({
    'template.json': '{"Description":"one line","Resources":{"Jobs":{"Type":"AWS::SQS::Queue"}}}',
  });
  await using system = await hostTemplate('', { template });
  expect(system.lines).toEqual([
    `${template} has a CloudFormation template: hosting template.json`,
  ]);
  expect(Object.keys(system.state.queues)).toEqual(['Jobs']);
});

test('a folder with projects of several tools is refused with a path for each', async () => {
  const folder = await writeProject({ 'serverless.yml': '', 'cdk.json': '{}', ...builtBySam });
  await expect(hostTemplate('', { template: folder })).rejects.toThrow(
    [
      `${folder} has projects of several tools. Type the one to host:`,
      `  npm run local -- ${folder}/.serverless  (a Serverless Framework project: serverless.yml, after "osls package" in ${folder})`,
      `  npm run local -- ${folder}/.aws-sam/build  (a SAM or CloudFormation project: .aws-sam/build/template.yaml)`,
      `  npm run local -- ${folder}/cdk.out  (a CDK project: cdk.json, after "npx cdk synth" in ${folder})`,
    ].join('\n'),
  );
  await using system = await hostTemplate('', { template: join(folder, '.aws-sam/build') });
  expect(Object.keys(system.state.functions)).toEqual(['Hello']);
});

test('a folder without a project is refused with what was looked for, and projects below it are named', async () => {
  const folder = await writeProject({
    'manifest.json': '{ "name": "a web page" }',
    'template.json': '{ "title": "of another kind" }',
  });
  const refusal = hostTemplate('', { template: folder });
  await expect(refusal).rejects.toThrow(
    'amplify/backend.ts or .amplify/artifacts/cdk.out, for an Amplify Gen2 project',
  );
  await expect(refusal).rejects.toThrow('Type npm run local -- FOLDER');
  await mkdir(join(folder, 'packages/api'), { recursive: true });
  await writeFile(join(folder, 'packages/api/serverless.yml'), '');
  await expect(hostTemplate('', { template: folder })).rejects.toThrow(
    `Projects below it, each to be hosted by itself:\n  npm run local -- ${folder}/packages/api`,
  );
});
