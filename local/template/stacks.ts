import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createScope, outputValue, requireResource } from '#local/template/scope.ts';
import type { ScopeContext, StackContext } from '#local/template/stack-context.ts';
import { resolve, type Scope } from '#local/template/intrinsics.ts';
import {
  readParameters,
  refuseUnknownParameters,
  type ParameterValues,
} from '#local/template/parameters.ts';
import type { Lookups } from '#local/template/references/lookups.ts';
import type { Properties } from '#local/template/properties.ts';
import { resolveProperties } from '#local/template/resolve-properties.ts';
import { record, type Json } from '#local/template/json.ts';
import { crossRegionExport } from '#local/template/references/cross-region-exports.ts';
import { referencesIn } from '#local/template/references/references.ts';
import { createUrlRewriter, type RewriteUrls } from '#local/template/rewrite-urls.ts';
import { assetFile, readTemplate, type Template } from '#local/template/template.ts';

/** A stack as it runs here. */
export interface OpenStack {
  readonly template: Template;
  readonly scope: Scope;
  /** The resource that created it, if it is nested in another stack. */
  readonly creator: Creator | undefined;
  /**
   * Returns a resource's name among all stacks: its logical id, with the stack's name in front if
   * an earlier stack has the same logical id.
   */
  keyOf(logicalId: string): string;
  /** Returns the values of its parameters. Throws for a value that the template does not allow. */
  parameters(): ParameterValues;
  /** Returns its resources of some types, resolved. Leaves out those whose condition is false. */
  ofType(...types: readonly string[]): readonly Resource[];
  /** Returns one of its resources, resolved. */
  resource(logicalId: string): Resource;
  /** Returns the outputs that are strings, by name. */
  outputs(): Readonly<Record<string, string>>;
  /** Returns what other stacks can import. */
  exports(): readonly Export[];
  /** Reports what is odd in a file that the template names. */
  warn(message: string): void;
}

/** The AWS::CloudFormation::Stack of a nested stack. */
export interface Creator {
  readonly stack: OpenStack;
  /** Its logical id. */
  readonly id: string;
  /** The parameters of the nested stack, not resolved. */
  readonly parameters: Json;
}

export interface Export {
  readonly name: string;
  /** The name of the output with its value. */
  readonly output: string;
}

export interface Resource {
  readonly key: string;
  readonly logicalId: string;
  readonly type: string;
  readonly properties: Properties;
  readonly metadata: Json;
  readonly stack: OpenStack;
}

/** The values that stacks do not contain themselves. */
export interface StackValues {
  readonly parameters: Json;
  /** Returns how values are looked up by name, also among what the stacks declare. */
  lookUpIn(stacks: readonly OpenStack[]): Lookups;
}

/**
 * Opens stacks and the stacks nested in them, so that their references can be resolved. Throws for
 * a parameter that no stack declares, and for a nested template that does not exist.
 */
export async function openStacks(
  templates: readonly Template[],
  { parameters, lookUpIn }: StackValues,
  context: StackContext,
): Promise<readonly OpenStack[]> {
  refuseUnknownParameters(templates, parameters);
  const stacks: OpenStack[] = [];
  const nested = new Map<string, OpenStack>();
  const shared: SharedContext = {
    ...context,
    stacks,
    lookups: lookUpIn(stacks),
    rewriteUrls: createUrlRewriter(stacks, context, 'wss://'),
    rewriteOutputs: createUrlRewriter(stacks, context, 'ws://'),
    importValue: (name) => exportedValue(stacks, name),
    crossRegionExport: (name) => crossRegionExport(stacks, name),
    nestedOutput(key, name) {
      const stack = nested.get(key);
      if (stack === undefined) throw new Error(`${key}: the nested stack does not exist`);
      return outputValue(record(stack.template.outputs[name]), stack.scope);
    },
  };
  const add = (template: Template, values: () => Json, creator?: Creator): OpenStack => {
    const stack = openStack(template, values, { creator, shared });
    stacks.push(stack);
    return stack;
  };
  async function addNested(parent: OpenStack): Promise<void> {
    const children: OpenStack[] = [];
    for (const { key, name, file, values, creator } of nestedStacks(parent, shared.rewriteUrls)) {
      const read = await readTemplate(file, name);
      // CDK lists the assets of nested stacks with those of their parent.
      const assets = new Map([...parent.template.assets, ...read.assets]);
      const child = add({ ...read, assets }, values, creator);
      nested.set(key, child);
      children.push(child);
    }
    for (const child of children) await addNested(child);
  }
  for (const template of templates) {
    await addNested(add(template, () => parameters));
  }
  for (const stack of stacks) stack.parameters();
  return stacks;
}

/** What all stacks of a system share. */
interface SharedContext extends ScopeContext {
  /** The stacks that are open so far. */
  readonly stacks: readonly OpenStack[];
  readonly rewriteUrls: RewriteUrls;
  readonly rewriteOutputs: RewriteUrls;
}

interface StackOptions {
  readonly creator: Creator | undefined;
  readonly shared: SharedContext;
}

/** Opens a stack. The values of its parameters may depend on a stack that is opened later. */
function openStack(
  template: Template,
  parameterValues: () => Json,
  { creator, shared }: StackOptions,
): OpenStack {
  const keyOf = (logicalId: string): string => {
    const isTaken = shared.stacks
      .slice(0, shared.stacks.indexOf(stack))
      .some((other) => other.template.resources.has(logicalId));
    return isTaken ? `${template.stackName}/${logicalId}` : logicalId;
  };
  const { rewriteUrls } = shared;
  const parameters = once(() =>
    readParameters(template.parameters, parameterValues(), shared.lookups),
  );
  const scope = createScope({ template, parameters, context: shared, keyOf });
  const stack: OpenStack = {
    template,
    scope,
    creator,
    keyOf,
    parameters,
    warn: shared.warn,
    ofType(...types) {
      return [...template.resources]
        .filter(([, { type }]) => types.includes(type))
        .filter(([, { condition }]) => condition === undefined || scope.condition(condition))
        .filter(([logicalId]) => !shared.customResources.isLeftOut(keyOf(logicalId)))
        .map(([logicalId]) => stack.resource(logicalId));
    },
    resource(logicalId) {
      const {
        type,
        properties: written,
        metadata,
      } = requireResource(template.resources, logicalId);
      const key = keyOf(logicalId);
      const properties = resolveProperties(key, written, { type, scope, rewriteUrls });
      return { key, logicalId, type, metadata, stack, properties };
    },
    outputs: () => readOutputs(stack, shared),
    exports: () => exportsOf(stack),
  };
  return stack;
}

function readOutputs(
  { template, scope, keyOf }: OpenStack,
  { customResources, warn, rewriteOutputs }: SharedContext,
): Readonly<Record<string, string>> {
  const entries = Object.entries(template.outputs).flatMap(([name, output]) => {
    const place = `Outputs.${name}`;
    const leftOut = referencesIn(output).find(
      (each) => each.type === 'name' && customResources.isLeftOut(keyOf(each.name)),
    );
    if (leftOut !== undefined) {
      warn(`${place}: ${String(leftOut.name)} is left out`);
      return [];
    }
    const value = valueOrWarning(place, warn, () => outputValue(record(output), scope));
    return typeof value === 'string' ? [[name, rewriteOutputs(value)] as const] : [];
  });
  return Object.fromEntries(entries);
}

function exportsOf({ template, scope }: OpenStack): readonly Export[] {
  return Object.entries(template.outputs).flatMap(([output, value]) => {
    const exported = record(record(value)['Export'])['Name'];
    const name = exported === undefined ? undefined : resolve(exported, scope);
    return typeof name === 'string' ? [{ name, output }] : [];
  });
}

/** Returns a function that computes its value when it is first called. */
function once<Value>(compute: () => Value): () => Value {
  let result: { readonly value: Value } | undefined;
  return () => {
    result ??= { value: compute() };
    return result.value;
  };
}

/** Returns the value, or warns and returns undefined: a wrong output does not prevent the start. */
function valueOrWarning(place: string, warn: StackContext['warn'], read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    warn(`${place}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

interface NestedStack {
  readonly key: string;
  readonly name: string;
  readonly creator: Creator;
  /** The path of its template. */
  readonly file: string;
  /** Returns the values of its parameters, which may be outputs of the stacks beside it. */
  values(): Json;
}

function nestedStacks(parent: OpenStack, rewriteUrls: RewriteUrls): readonly NestedStack[] {
  const { template, scope } = parent;
  return [...template.resources]
    .filter(([, { type }]) => type === 'AWS::CloudFormation::Stack')
    .filter(([, { condition }]) => condition === undefined || scope.condition(condition))
    .map(([logicalId, { properties }]) => {
      const key = parent.keyOf(logicalId);
      const { TemplateURL, Parameters } = properties;
      const context = { type: 'AWS::CloudFormation::Stack', scope, rewriteUrls };
      return {
        key,
        name: `${template.stackName}-${logicalId}`,
        creator: { stack: parent, id: logicalId, parameters: record(Parameters) },
        file: nestedFile(resolveProperties(key, { TemplateURL }, context), template),
        values: () => record(resolveProperties(key, { Parameters }, context).raw('Parameters')),
      };
    });
}

/**
 * CDK and the Serverless Framework name a nested template by its key in a bucket, other tools by
 * its path.
 */
function nestedFile(properties: Properties, template: Template): string {
  const url = properties.text('TemplateURL');
  const asset = assetFile(template, url);
  if (asset !== undefined) return asset;
  if (/^https?:/u.test(url)) {
    throw new Error(`${properties.key}.TemplateURL: must be a local file, not ${url}`);
  }
  const file = join(template.folder, url);
  if (!existsSync(file)) throw new Error(`${properties.key}.TemplateURL: there is no file ${file}`);
  return file;
}

function exportedValue(stacks: readonly OpenStack[], name: string): unknown {
  for (const stack of stacks) {
    const exported = stack.exports().find((each) => each.name === name);
    if (exported !== undefined) {
      return outputValue(record(stack.template.outputs[exported.output]), stack.scope);
    }
  }
  throw new Error(`No stack exports ${name}`);
}
