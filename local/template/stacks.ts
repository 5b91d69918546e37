import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '#local/wire/shape.ts';
import { createScope, outputValue } from '#local/template/scope.ts';
import type { ScopeContext, StackContext } from '#local/template/stack-context.ts';
import { noValue, resolve, type Scope } from '#local/template/intrinsics.ts';
import { readParameters, refuseUnknownParameters } from '#local/template/parameters.ts';
import { readProperties, type Properties } from '#local/template/properties.ts';
import { record, type Json } from '#local/template/json.ts';
import { createUrlRewriter, type RewriteUrls } from '#local/template/rewrite-urls.ts';
import { assetFile, readTemplate, type Template } from '#local/template/template.ts';

/** A stack as it runs here. */
export interface OpenStack {
  readonly template: Template;
  readonly scope: Scope;
  /** Whether another stack created it. */
  readonly isNested: boolean;
  /**
   * Returns a resource's name among all stacks: its logical id, with the stack's name in front if
   * an earlier stack has the same logical id.
   */
  keyOf(logicalId: string): string;
  /** Returns its resources of some types, resolved. Leaves out those whose condition is false. */
  ofType(...types: readonly string[]): readonly Resource[];
  /** Returns the outputs that are strings, by name. */
  outputs(): Readonly<Record<string, string>>;
  /** Returns what other stacks can import. */
  exports(): readonly Export[];
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

/**
 * Opens stacks and the stacks nested in them, so that their references can be resolved. Throws for
 * a parameter that no stack declares, and for a nested template that does not exist.
 */
export async function openStacks(
  templates: readonly Template[],
  parameters: Json,
  context: StackContext,
): Promise<readonly OpenStack[]> {
  refuseUnknownParameters(templates, parameters);
  const stacks: OpenStack[] = [];
  const nested = new Map<string, OpenStack>();
  const shared: SharedContext = {
    ...context,
    stacks,
    rewriteUrls: createUrlRewriter(stacks, context),
    importValue: (name) => exportedValue(stacks, name),
    nestedOutput(key, name) {
      const stack = nested.get(key);
      if (stack === undefined) throw new Error(`${key}: the nested stack does not exist`);
      return outputValue(record(stack.template.outputs[name]), stack.scope);
    },
  };
  async function open(template: Template, values: Json, isNested: boolean): Promise<OpenStack> {
    const stack = openStack(template, values, isNested, shared);
    stacks.push(stack);
    for (const resource of stack.ofType('AWS::CloudFormation::Stack')) {
      const file = nestedFile(resource, template);
      const read = await readTemplate(file, `${template.stackName}-${resource.logicalId}`);
      // CDK lists the assets of nested stacks with those of their parent.
      const child = { ...read, assets: new Map([...template.assets, ...read.assets]) };
      const childValues = record(resource.properties.raw('Parameters'));
      nested.set(resource.key, await open(child, childValues, true));
    }
    return stack;
  }
  for (const template of templates) await open(template, parameters, false);
  return stacks;
}

/** What all stacks of a system share. */
interface SharedContext extends ScopeContext {
  /** The stacks that are open so far. */
  readonly stacks: readonly OpenStack[];
  readonly rewriteUrls: RewriteUrls;
}

function openStack(
  template: Template,
  parameterValues: Json,
  isNested: boolean,
  shared: SharedContext,
): OpenStack {
  const keyOf = (logicalId: string): string => {
    const isTaken = shared.stacks
      .slice(0, shared.stacks.indexOf(stack))
      .some((other) => other.template.resources.has(logicalId));
    return isTaken ? `${template.stackName}/${logicalId}` : logicalId;
  };
  const parameters = readParameters(template.parameters, parameterValues);
  const scope = createScope({ template, parameters, context: shared, keyOf });
  const stack: OpenStack = {
    template,
    scope,
    isNested,
    keyOf,
    ofType(...types) {
      return [...template.resources]
        .filter(([, { type }]) => types.includes(type))
        .filter(([, { condition }]) => condition === undefined || scope.condition(condition))
        .map(([logicalId, { type, properties: written, metadata }]) => {
          const key = keyOf(logicalId);
          const values = rewriteAllUrls(resolveNamed(key, written, scope), shared.rewriteUrls);
          const properties = readProperties(key, values);
          return { key, logicalId, type, metadata, stack, properties };
        });
    },
    outputs() {
      const entries = Object.entries(template.outputs).flatMap(([name, output]) => {
        const value = valueOrWarning(`Outputs.${name}`, shared, () =>
          outputValue(record(output), scope),
        );
        return typeof value === 'string' ? [[name, shared.rewriteUrls(value)] as const] : [];
      });
      return Object.fromEntries(entries);
    },
    exports: () =>
      Object.entries(template.outputs).flatMap(([output, value]) => {
        const exported = record(record(value)['Export'])['Name'];
        const name = exported === undefined ? undefined : resolve(exported, scope);
        return typeof name === 'string' ? [{ name, output }] : [];
      }),
  };
  return stack;
}

/** Returns the value, or warns and returns undefined: a wrong output does not prevent the start. */
function valueOrWarning(
  place: string,
  { warn }: Pick<StackContext, 'warn'>,
  read: () => unknown,
): unknown {
  try {
    return read();
  } catch (error) {
    warn(`${place}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function rewriteAllUrls(value: unknown, rewriteUrls: RewriteUrls): unknown {
  if (typeof value === 'string') return rewriteUrls(value);
  if (Array.isArray(value)) return value.map((item) => rewriteAllUrls(item, rewriteUrls));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(
    ([name, item]) => [name, rewriteAllUrls(item, rewriteUrls)] as const,
  );
  return Object.fromEntries(entries);
}

/** Resolves each property separately, so that an error can name the property. */
function resolveNamed(key: string, properties: Json, scope: Scope): Json {
  const entries = Object.entries(properties).map(([name, value]) => {
    try {
      return [name, resolve(value, scope)] as const;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${key}.${name}: ${reason}`, { cause: error });
    }
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== noValue));
}

/** CDK and the Serverless Framework name a nested template by its key in a bucket, SAM by its path. */
function nestedFile({ properties }: Resource, template: Template): string {
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
