import { identify, type Identity } from '#local/template/identity.ts';
import { noValue, resolve, type Scope } from '#local/template/intrinsics.ts';
import { accountId, stackIdOf, type World } from '#local/template/stack-context.ts';
import { isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';
import type { Template, TemplateResource } from '#local/template/template.ts';

export interface ScopeSettings {
  readonly template: Template;
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly world: World;
  /** What a resource is called among all stacks. */
  keyOf(logicalId: string): string;
}

/** What the references of a template stand for when its stack runs here. */
export function createScope({ template, parameters, world, keyOf }: ScopeSettings): Scope {
  const { resources, conditions, mappings, stackName } = template;
  const pseudo = pseudoParameters(stackName, world.region);
  const identityOf = (logicalId: string): Identity => {
    const { type, properties } = known(resources, logicalId);
    const property = (name: string): unknown => resolve(properties[name], scope);
    const key = keyOf(logicalId);
    return identify(type, { stackName, logicalId, key, property, world });
  };
  const samReference = (path: string): unknown => identityOf(madeBySam(resources, path)).ref;
  const scope: Scope = {
    ref(logicalId) {
      if (pseudo.has(logicalId)) return pseudo.get(logicalId);
      if (!parameters.has(logicalId)) {
        return logicalId.includes('.') ? samReference(logicalId) : identityOf(logicalId).ref;
      }
      const value = parameters.get(logicalId);
      if (value !== undefined) return value;
      throw new Error(`Parameter ${logicalId}: needs --parameter ${logicalId}=…`);
    },
    attribute(logicalId, name) {
      if (known(resources, logicalId).type === 'AWS::CloudFormation::Stack') {
        return world.nestedOutput(keyOf(logicalId), name.replace(/^Outputs\./u, ''));
      }
      const { attributes } = identityOf(logicalId);
      if (isSamPart(name)) return samReference(`${logicalId}.${name}`);
      if (Object.hasOwn(attributes, name)) return attributes[name];
      world.warn(`${logicalId}.${name} is not known here: a placeholder stands for it`);
      return `${logicalId}-${name}`;
    },
    condition(name) {
      if (!Object.hasOwn(conditions, name)) throw new Error(`There is no condition ${name}`);
      return resolve(conditions[name], scope) === true;
    },
    mapping(map, first, second) {
      return [map, first, second].reduce<unknown>(
        (found, key) => (isRecord(found) && Object.hasOwn(found, key) ? found[key] : undefined),
        mappings,
      );
    },
    importValue: (name) => world.importValue(name),
  };
  return scope;
}

/** SAM lets `Api.Stage`, `Function.Alias` and `Function.Version` stand for what it makes. */
function madeBySam(resources: Template['resources'], path: string): string {
  const [owner = '', part = ''] = path.split('.');
  const [wanted, owned = ''] = samParts[part] ?? [];
  const found = [...resources].find(
    ([, { type, properties }]) => type === wanted && record(properties[owned])['Ref'] === owner,
  );
  if (found === undefined) throw new Error(`There is no ${path}`);
  return found[0];
}

/** By the name of the part: the type that SAM makes, and the property that names its owner. */
const samParts: Readonly<Record<string, readonly [type: string, property: string]>> = {
  Alias: ['AWS::Lambda::Alias', 'FunctionName'],
  Stage: ['AWS::ApiGateway::Stage', 'RestApiId'],
  Version: ['AWS::Lambda::Version', 'FunctionName'],
};

function isSamPart(name: string): boolean {
  return Object.hasOwn(samParts, name) && name !== 'Version';
}

function pseudoParameters(stackName: string, region: string): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ['AWS::AccountId', accountId],
    ['AWS::Region', region],
    ['AWS::Partition', 'aws'],
    ['AWS::URLSuffix', 'amazonaws.com'],
    ['AWS::StackName', stackName],
    ['AWS::StackId', stackIdOf(stackName, region)],
    ['AWS::NotificationARNs', []],
    ['AWS::NoValue', noValue],
  ]);
}

function known(
  resources: ReadonlyMap<string, TemplateResource>,
  logicalId: string,
): TemplateResource {
  const resource = resources.get(logicalId);
  if (resource === undefined) throw new Error(`There is no resource or parameter ${logicalId}`);
  return resource;
}

/** An output's value, where its condition holds. */
export function outputValue(output: Json, scope: Scope): unknown {
  const { Condition, Value } = output;
  if (typeof Condition === 'string' && !scope.condition(Condition)) return undefined;
  return resolve(Value, scope);
}
