import { identify } from '#local/template/identity.ts';
import { type Identity } from '#local/template/identities/naming.ts';
import { noValue, resolve, type Scope } from '#local/template/intrinsics.ts';
import { exportTypes } from '#local/template/references/cross-region-exports.ts';
import { accountId, stackIdOf, type ScopeContext } from '#local/template/stack-context.ts';
import { isRecord } from '#local/wire/shape.ts';
import { record, type Json } from '#local/template/json.ts';
import type { ParameterValues } from '#local/template/parameters.ts';
import { resolveReferences } from '#local/template/references/dynamic-references.ts';
import type { Template, TemplateResource } from '#local/template/template.ts';

export interface ScopeOptions {
  readonly template: Template;
  /** Returns the values of the parameters. */
  parameters(): ParameterValues;
  readonly context: ScopeContext;
  /** Returns the name of a resource among all stacks. */
  keyOf(logicalId: string): string;
}

/** Returns the scope in which the references of a template are resolved. */
export function createScope({ template, parameters, context, keyOf }: ScopeOptions): Scope {
  const { resources, conditions, mappings, stackName } = template;
  const pseudoParameters = pseudoParametersOf(stackName, context.region);
  const identityOf = (logicalId: string): Identity => {
    const { type, properties } = requireResource(resources, logicalId);
    const property = (name: string): unknown =>
      scope.lookUp(resolve(properties[name], scope), `${type}/Properties/${name}`);
    const key = keyOf(logicalId);
    const created = context.customResources.find(key);
    if (created !== undefined) return { ref: created.physicalId, attributes: created.data };
    return identify(type, { stackName, logicalId, key, property, context });
  };
  const samReference = (path: string): unknown =>
    identityOf(requireSamResource(resources, path)).ref;
  const scope: Scope = {
    ref(logicalId) {
      if (pseudoParameters.has(logicalId)) return pseudoParameters.get(logicalId);
      if (!Object.hasOwn(template.parameters, logicalId)) {
        return logicalId.includes('.') ? samReference(logicalId) : identityOf(logicalId).ref;
      }
      const value = parameters().get(logicalId);
      if (value !== undefined) return value;
      throw new Error(`Parameter ${logicalId}: needs --parameter ${logicalId}=…`);
    },
    attribute(logicalId, name) {
      const { type } = requireResource(resources, logicalId);
      if (type === exportTypes.reader) return context.crossRegionExport(name);
      if (type === 'AWS::CloudFormation::Stack') {
        return context.nestedOutput(keyOf(logicalId), name.replace(/^Outputs\./u, ''));
      }
      const { attributes } = identityOf(logicalId);
      if (isSamPart(name)) return samReference(`${logicalId}.${name}`);
      if (Object.hasOwn(attributes, name)) return attributes[name];
      return placeholder(context, keyOf(logicalId), `${logicalId}-${name}`);
    },
    condition(name) {
      if (!Object.hasOwn(conditions, name)) throw new Error(`There is no condition ${name}`);
      return resolve(conditions[name], scope) === true;
    },
    mapping(map, first, second) {
      return [map, first, second].reduce<unknown>(
        (value, key) => (isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined),
        mappings,
      );
    },
    importValue: (name) => context.importValue(name),
    lookUp: (value, place) => resolveReferences(value, context.lookups, place),
  };
  return scope;
}

/**
 * Returns what stands for an unknown attribute. Throws if a function has created the resource and
 * did not return it.
 */
function placeholder({ customResources, warn }: ScopeContext, key: string, value: string): string {
  const attribute = value.replace('-', '.');
  if (customResources.find(key) !== undefined) {
    throw new Error(`The answer for ${key} has no ${attribute} in its Data`);
  }
  // What would use it is left out, too.
  if (customResources.isLeftOut(key)) return value;
  warn(`${attribute} is not supported here: a placeholder is used instead`);
  return value;
}

/**
 * Finds the resource behind `Api.Stage`, `Function.Alias` or `Function.Version`: SAM lets these
 * paths refer to resources that it creates. Throws if there is none.
 */
function requireSamResource(resources: Template['resources'], path: string): string {
  const [owner = '', part = ''] = path.split('.');
  const [samType, ownerProperty = ''] = samParts[part] ?? [];
  const resource = [...resources].find(
    ([, { type, properties }]) =>
      type === samType && record(properties[ownerProperty])['Ref'] === owner,
  );
  if (resource === undefined) throw new Error(`There is no ${path}`);
  return resource[0];
}

/** By the name of the part: the type that SAM creates, and the property that names its owner. */
const samParts: Readonly<Record<string, readonly [type: string, property: string]>> = {
  Alias: ['AWS::Lambda::Alias', 'FunctionName'],
  Stage: ['AWS::ApiGateway::Stage', 'RestApiId'],
  Version: ['AWS::Lambda::Version', 'FunctionName'],
};

function isSamPart(name: string): boolean {
  return Object.hasOwn(samParts, name) && name !== 'Version';
}

function pseudoParametersOf(stackName: string, region: string): ReadonlyMap<string, unknown> {
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

/** Finds a resource of a template. Throws if there is none. */
export function requireResource(
  resources: Template['resources'],
  logicalId: string,
): TemplateResource {
  const resource = resources.get(logicalId);
  if (resource === undefined) throw new Error(`There is no resource or parameter ${logicalId}`);
  return resource;
}

/** Returns the value of an output, or undefined if its condition is false. */
export function outputValue(output: Json, scope: Scope): unknown {
  const { Condition, Value } = output;
  if (typeof Condition === 'string' && !scope.condition(Condition)) return undefined;
  return scope.lookUp(resolve(Value, scope), 'Outputs');
}
