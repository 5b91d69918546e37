import type { Rewriting, SamRoute, Written } from '#local/template/sam/rewriting.ts';
import { withGlobals } from '#local/template/sam/globals.ts';
import { addApi, addHttpApi } from '#local/template/sam/apis.ts';
import { addFunction } from '#local/template/sam/function.ts';
import { addStateMachine } from '#local/template/sam/state-machine.ts';
import { record, type Json } from '#local/template/json.ts';

export interface Transformed {
  readonly resources: Json;
  readonly conditions: Json;
  readonly notices: readonly string[];
}

const samTransform = 'AWS::Serverless-2016-10-31';

/**
 * A template's resources with those of AWS::Serverless told as CloudFormation's, as the SAM
 * translator does it. Throws an error that names the resource and what it lacks.
 */
export function transformSam(template: Json): Transformed {
  const resources = record(template['Resources']);
  const conditions = record(template['Conditions']);
  const isSam = [template['Transform']].flat().includes(samTransform);
  const hasSam = Object.values(resources).some((value) =>
    String(record(value)['Type']).startsWith('AWS::Serverless::'),
  );
  if (!isSam && hasSam)
    throw new Error(`Transform: must be ${samTransform} for AWS::Serverless resources`);
  if (!isSam) return { resources, conditions, notices: [] };
  const globals = record(template['Globals']);
  const written = new Map<string, Written>();
  const routes = new Map<string, SamRoute[]>();
  const notices: string[] = [];
  const rewriting: Rewriting = {
    add: (logicalId, resource) => written.set(logicalId, resource),
    change(logicalId, change) {
      const found = written.get(logicalId);
      if (found === undefined) throw new Error(`There is no resource ${logicalId}`);
      written.set(logicalId, { ...found, Properties: change(found.Properties) });
    },
    addRoute: (apiId, route) => routes.set(apiId, [...(routes.get(apiId) ?? []), route]),
    routesOf: (apiId) => routes.get(apiId) ?? [],
    notice: (text) => notices.push(text),
  };
  const all = Object.entries(resources).map(([id, value]) => toWritten(id, record(value), globals));
  // Plain resources first, because events change them; APIs last, because events add to them.
  for (const kind of [isPlain, isFunction, isApi]) {
    for (const [id, resource] of all.filter(([, { Type }]) => kind(Type))) {
      rewrite(id, resource, rewriting);
    }
  }
  addImplicitApis(globals, rewriting);
  return { resources: Object.fromEntries(written), conditions, notices };
}

function toWritten(id: string, value: Json, globals: Json): readonly [string, Written] {
  const { Type, Properties, Condition, Metadata } = value;
  const type = String(Type);
  const properties = withGlobals(type, record(Properties), globals);
  return [id, { Type: type, Properties: properties, Condition, Metadata }];
}

const isFunction = (type: string): boolean =>
  type === 'AWS::Serverless::Function' || type === 'AWS::Serverless::StateMachine';
const isApi = (type: string): boolean =>
  type === 'AWS::Serverless::Api' || type === 'AWS::Serverless::HttpApi';
const isPlain = (type: string): boolean => !isFunction(type) && !isApi(type);

function rewrite(id: string, resource: Written, rewriting: Rewriting): void {
  const { Type, Properties } = resource;
  switch (Type) {
    case 'AWS::Serverless::Function':
      return addFunction(id, resource, rewriting);
    case 'AWS::Serverless::StateMachine':
      return addStateMachine(id, resource, rewriting);
    case 'AWS::Serverless::Api':
      return addApi(id, resource, rewriting);
    case 'AWS::Serverless::HttpApi':
      return addHttpApi(id, resource, rewriting);
    case 'AWS::Serverless::SimpleTable':
      return rewriting.add(id, { ...resource, ...simpleTable(Properties) });
    case 'AWS::Serverless::LayerVersion': {
      const { ContentUri, ...others } = Properties;
      const properties = { ...others, Content: ContentUri };
      return rewriting.add(id, {
        ...resource,
        Type: 'AWS::Lambda::LayerVersion',
        Properties: properties,
      });
    }
    case 'AWS::Serverless::Application': {
      const { Location, Parameters } = Properties;
      const properties = { TemplateURL: Location, Parameters };
      return rewriting.add(id, {
        ...resource,
        Type: 'AWS::CloudFormation::Stack',
        Properties: properties,
      });
    }
    case 'AWS::Serverless::Connector':
      return rewriting.notice(`${id}: a Connector only grants permissions, and is not needed here`);
    default:
      return rewriting.add(id, resource);
  }
}

function simpleTable({ PrimaryKey, TableName }: Json): Pick<Written, 'Type' | 'Properties'> {
  const { Name = 'id', Type = 'String' } = record(PrimaryKey);
  const type = { String: 'S', Number: 'N', Binary: 'B' }[String(Type)] ?? 'S';
  const properties = {
    ...(TableName === undefined ? {} : { TableName }),
    KeySchema: [{ AttributeName: Name, KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: Name, AttributeType: type }],
    BillingMode: 'PAY_PER_REQUEST',
  };
  return { Type: 'AWS::DynamoDB::Table', Properties: properties };
}

/** The APIs that events name without declaring them. */
function addImplicitApis(globals: Json, rewriting: Rewriting): void {
  if (rewriting.routesOf('ServerlessRestApi').length > 0) {
    const properties = { StageName: 'Prod', ...record(globals['Api']) };
    addApi(
      'ServerlessRestApi',
      { Type: 'AWS::Serverless::Api', Properties: properties },
      rewriting,
    );
  }
  if (rewriting.routesOf('ServerlessHttpApi').length > 0) {
    const properties = record(globals['HttpApi']);
    addHttpApi(
      'ServerlessHttpApi',
      { Type: 'AWS::Serverless::HttpApi', Properties: properties },
      rewriting,
    );
  }
}
