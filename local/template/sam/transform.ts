import type { RawResource, SamRoute, SamTemplate } from '#local/template/sam/sam-template.ts';
import { withGlobals } from '#local/template/sam/globals.ts';
import { addApi, addHttpApi } from '#local/template/sam/apis.ts';
import { addFunction } from '#local/template/sam/function.ts';
import { addStateMachine } from '#local/template/sam/state-machine.ts';
import { record, type Json } from '#local/template/json.ts';

export interface TransformResult {
  readonly resources: Json;
  readonly conditions: Json;
  /** What is left out and changes how the system behaves. */
  readonly warnings: readonly string[];
  /** What is left out without consequences here. */
  readonly notes: readonly string[];
}

const samTransform = 'AWS::Serverless-2016-10-31';

/**
 * Rewrites AWS::Serverless resources as CloudFormation's, as the SAM translator does. Throws an
 * error that names the resource and what it lacks.
 */
export function transformSam(template: Json): TransformResult {
  const resources = record(template['Resources']);
  const conditions = record(template['Conditions']);
  const isSam = [template['Transform']].flat().includes(samTransform);
  const hasSam = Object.values(resources).some((value) =>
    String(record(value)['Type']).startsWith('AWS::Serverless::'),
  );
  if (!isSam && hasSam)
    throw new Error(`Transform: must be ${samTransform} for AWS::Serverless resources`);
  if (!isSam) return { resources, conditions, warnings: [], notes: [] };
  const globals = record(template['Globals']);
  const written = new Map<string, RawResource>();
  const routes = new Map<string, SamRoute[]>();
  const warnings: string[] = [];
  const notes: string[] = [];
  const sam: SamTemplate = {
    add: (logicalId, resource) => written.set(logicalId, resource),
    change(logicalId, change) {
      const resource = written.get(logicalId);
      if (resource === undefined) throw new Error(`There is no resource ${logicalId}`);
      written.set(logicalId, { ...resource, Properties: change(resource.Properties) });
    },
    addRoute: (apiId, route) => routes.set(apiId, [...(routes.get(apiId) ?? []), route]),
    routesOf: (apiId) => routes.get(apiId) ?? [],
    warn: (message) => warnings.push(message),
    note: (message) => notes.push(message),
  };
  const all = Object.entries(resources).map(([id, value]) => toRaw(id, record(value), globals));
  // Plain resources first, because events change them. APIs last, because events add to them.
  for (const isOfKind of [isPlain, isFunction, isApi]) {
    for (const [id, resource] of all.filter(([, { Type }]) => isOfKind(Type))) {
      rewriteResource(id, resource, sam);
    }
  }
  addImplicitApis(globals, sam);
  return { resources: Object.fromEntries(written), conditions, warnings, notes };
}

function toRaw(id: string, value: Json, globals: Json): readonly [string, RawResource] {
  const { Type, Properties, ...attributes } = value;
  const type = String(Type);
  const properties = withGlobals(type, record(Properties), globals);
  return [id, { ...attributes, Type: type, Properties: properties }];
}

const isFunction = (type: string): boolean =>
  type === 'AWS::Serverless::Function' || type === 'AWS::Serverless::StateMachine';
const isApi = (type: string): boolean =>
  type === 'AWS::Serverless::Api' || type === 'AWS::Serverless::HttpApi';
const isPlain = (type: string): boolean => !isFunction(type) && !isApi(type);

function rewriteResource(id: string, resource: RawResource, sam: SamTemplate): void {
  const { Type, Properties } = resource;
  switch (Type) {
    case 'AWS::Serverless::Function':
      return addFunction(id, resource, sam);
    case 'AWS::Serverless::StateMachine':
      return addStateMachine(id, resource, sam);
    case 'AWS::Serverless::Api':
      return addApi(id, resource, sam);
    case 'AWS::Serverless::HttpApi':
      return addHttpApi(id, resource, sam);
    case 'AWS::Serverless::SimpleTable':
      return sam.add(id, { ...resource, ...simpleTable(Properties) });
    case 'AWS::Serverless::LayerVersion': {
      const { ContentUri, ...others } = Properties;
      const properties = { ...others, Content: ContentUri };
      return sam.add(id, {
        ...resource,
        Type: 'AWS::Lambda::LayerVersion',
        Properties: properties,
      });
    }
    case 'AWS::Serverless::Application': {
      const { Location, Parameters } = Properties;
      const properties = { TemplateURL: Location, Parameters };
      return sam.add(id, {
        ...resource,
        Type: 'AWS::CloudFormation::Stack',
        Properties: properties,
      });
    }
    case 'AWS::Serverless::Connector':
      return sam.note(`${id}: a Connector only grants permissions, and is not needed here`);
    default:
      return sam.add(id, resource);
  }
}

function simpleTable({ PrimaryKey, TableName }: Json): Pick<RawResource, 'Type' | 'Properties'> {
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

/** Adds the APIs that events refer to without declaring them. */
function addImplicitApis(globals: Json, sam: SamTemplate): void {
  if (sam.routesOf('ServerlessRestApi').length > 0) {
    const properties = { StageName: 'Prod', ...record(globals['Api']) };
    addApi('ServerlessRestApi', { Type: 'AWS::Serverless::Api', Properties: properties }, sam);
  }
  if (sam.routesOf('ServerlessHttpApi').length > 0) {
    const properties = record(globals['HttpApi']);
    addHttpApi(
      'ServerlessHttpApi',
      { Type: 'AWS::Serverless::HttpApi', Properties: properties },
      sam,
    );
  }
}
