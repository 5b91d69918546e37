import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { noCustomResources } from '#local/template/stack-context.ts';
import { openStacks } from '#local/template/stacks.ts';
import { readTemplate } from '#local/template/template.ts';
import { readDependencies } from '#local/template/references/dependencies.ts';

const topic = 'AWS::SNS::Topic';

const child = {
  Parameters: { Given: { Type: 'String' }, Plain: { Type: 'String', Default: 'x' } },
  Resources: {
    Inner: { Type: topic, Properties: { Name: { Ref: 'Given' } } },
    Alone: { Type: topic, Properties: { Name: { Ref: 'Plain' } } },
  },
  Outputs: { Name: { Value: { Ref: 'Inner' } } },
};

const parent = {
  Resources: {
    ByRef: { Type: topic, Properties: { Name: { Ref: 'Root' } } },
    ByAttribute: { Type: topic, Properties: { Name: [{ 'Fn::GetAtt': 'Root.Name' }] } },
    BySub: { Type: topic, Properties: { Name: { 'Fn::Sub': 'a ${ByRef.Name} ${AWS::Region}' } } },
    ByOwnName: {
      Type: topic,
      Properties: { Name: { 'Fn::Sub': ['${Root} ${!ByRef}', { Root: 'x' }] } },
    },
    ByOrder: { Type: topic, DependsOn: ['BySub'] },
    Root: { Type: topic },
    Nested: {
      Type: 'AWS::CloudFormation::Stack',
      DependsOn: 'ByAttribute',
      Properties: { TemplateURL: 'child.json', Parameters: { Given: { Ref: 'ByRef' } } },
    },
    ByNested: { Type: topic, Properties: { Name: { 'Fn::GetAtt': ['Nested', 'Outputs.Name'] } } },
  },
  Outputs: { Exported: { Value: { Ref: 'ByRef' }, Export: { Name: 'shared' } } },
};

const other = {
  Resources: { Importer: { Type: topic, Properties: { Name: { 'Fn::ImportValue': 'shared' } } } },
};

const noLookups = { parameter: () => undefined, secret: () => undefined };

test('a resource depends on what it refers to, through parameters, nested stacks and exports', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'streambed-'));
  for (const [name, content] of Object.entries({ child, parent, other })) {
    await writeFile(join(folder, `${name}.json`), JSON.stringify(content));
  }
  const read = (name: string) => readTemplate(join(folder, `${name}.json`), name);
  const stacks = await openStacks(
    [await read('parent'), await read('other')],
    { parameters: {}, lookUpIn: () => noLookups },
    {
      region: 'us-east-1',
      gatewayUrl: 'http://127.0.0.1',
      originOf: () => undefined,
      secret: () => '',
      warn: () => undefined,
      customResources: noCustomResources,
    },
  );
  const dependencies = readDependencies(stacks);
  const of = (key: string): Set<string> => new Set(dependencies.of(key));
  expect(of('Root')).toEqual(new Set());
  expect(of('ByOwnName')).toEqual(new Set());
  expect(of('ByAttribute')).toEqual(new Set(['Root']));
  expect(of('ByOrder')).toEqual(new Set(['BySub', 'ByRef', 'Root']));
  expect(of('Inner')).toEqual(new Set(['ByRef', 'Root', 'ByAttribute']));
  expect(of('Alone')).toEqual(new Set(['ByAttribute', 'Root']));
  expect(of('ByNested')).toEqual(
    new Set(['Nested', 'Inner', 'Alone', 'ByRef', 'ByAttribute', 'Root']),
  );
  expect(of('Importer')).toEqual(new Set(['ByRef', 'Root']));
});
