import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { routesOf } from '#infra/rules/api-routes.ts';
import { deploymentRules } from '#infra/rules/deployment-rules.ts';
import { resourcesOf, type DeployedTemplate } from '#infra/rules/deployed-template.ts';
import { transformSam } from '#local/template/sam/transform.ts';
import { parseTemplate } from '#local/template/text.ts';
import { readSamTemplate, samFile } from '#test/fixtures/deployed-templates.ts';

/** Prints what AWS's own translator makes of a template. It wants code that is uploaded already. */
const translate = `
import json, logging, os, sys
logging.disable(logging.CRITICAL)
os.environ['AWS_DEFAULT_REGION'] = 'us-east-1'
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse
class Policies:
    def load(self): return {}
template = json.loads(json.dumps(yaml_parse(open(sys.argv[1]).read()), default=str))
for resource in template['Resources'].values():
    if resource['Type'] == 'AWS::Serverless::Function':
        resource['Properties']['CodeUri'] = {'Bucket': 'bucket', 'Key': 'key'}
print(json.dumps(transform(template, {}, Policies())))
`;

const python = (...args: readonly string[]): { status: number | null; stdout: string } =>
  spawnSync('python3', args, { encoding: 'utf8' });

const hasTranslator = python('-c', 'import samtranslator').status === 0;
if (!hasTranslator) {
  console.log(
    'AWS’s SAM translator is not installed (pip install aws-sam-translator): not compared',
  );
}

test('the local host leaves nothing of the SAM example out', () => {
  const { warnings, notes } = transformSam(
    parseTemplate(readFileSync(samFile, 'utf8'), samFile, () => undefined),
  );
  expect([...warnings, ...notes]).toEqual([]);
});

test.each(hasTranslator ? [samFile] : [])(
  'AWS’s translator makes of %s what the local host makes of it',
  (file) => {
    const translated = JSON.parse(python('-c', translate, file).stdout) as DeployedTemplate;
    const faults = Object.values(deploymentRules).flatMap((rule) => rule(translated));
    expect(faults).toEqual([]);
    expect(summaryOf(readSamTemplate())).toEqual(summaryOf(translated));
  },
);

/** What both must agree on. The code, tags, and names of policies are SAM's own. */
function summaryOf(template: DeployedTemplate): unknown {
  return withLists(summarize(template));
}

/** `!GetAtt Table.Arn` is written in two ways. */
function withLists(value: unknown): unknown {
  const asList = (key: string, item: unknown): unknown =>
    key === 'Fn::GetAtt' && typeof item === 'string' ? item.split('.') : item;
  return JSON.parse(JSON.stringify(value, asList));
}

function summarize(template: DeployedTemplate): unknown {
  const propertiesOf = (type: string, ...ignored: readonly string[]): unknown =>
    Object.fromEntries(
      resourcesOf(template, type).map(({ id, properties }) => {
        const compared = Object.entries(properties).filter(([name]) => !ignored.includes(name));
        return [id, Object.fromEntries(compared)];
      }),
    );
  const roles = resourcesOf(template, 'IAM::Role').map(({ id, properties }) => {
    const { ManagedPolicyArns, Policies = [] } = properties;
    const documents = [Policies]
      .flat()
      .map((policy) => Reflect.get(policy as object, 'PolicyDocument') as unknown);
    return [id, { ManagedPolicyArns, documents }];
  });
  const permissions = resourcesOf(template, 'Lambda::Permission').filter(
    ({ properties }) => properties['Principal'] === '*',
  );
  return {
    functions: propertiesOf('Lambda::Function', 'Code', 'Tags', 'Role'),
    urls: propertiesOf('Lambda::Url'),
    roles: Object.fromEntries(roles) as unknown,
    permissions: Object.fromEntries(permissions.map(({ id, properties }) => [id, properties])),
    routes: routesOf(template).toSorted((one, other) => one.route.localeCompare(other.route)),
    apis: propertiesOf('ApiGateway::RestApi', 'Body', 'Parameters', 'BinaryMediaTypes'),
    stores: [propertiesOf('DynamoDB::Table'), propertiesOf('S3::Bucket')],
  };
}
