import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '#local/wire/shape.ts';
import { createScope, outputValue } from '#local/template/scope.ts';
import { type World } from '#local/template/stack-context.ts';
import { noValue, resolve, type Scope } from '#local/template/intrinsics.ts';
import { readParameters, refuseUnknownParameters } from '#local/template/parameters.ts';
import { readProperties, type Properties } from '#local/template/properties.ts';
import { record, type Json } from '#local/template/json.ts';
import { readTemplate, type Template } from '#local/template/template.ts';

/** A stack as it runs here. */
export interface OpenStack {
  readonly template: Template;
  readonly scope: Scope;
  /** Whether another stack made it. */
  readonly isNested: boolean;
  /** What a resource is called among all stacks: its logical id, with its stack where two have it. */
  keyOf(logicalId: string): string;
  /** Its resources of a type, resolved, as far as their conditions hold. */
  ofType(...types: readonly string[]): readonly Resource[];
  /** Its outputs that are texts, by name. */
  outputs(): Readonly<Record<string, string>>;
  /** What other stacks may import, and which output it is. */
  exports(): readonly Export[];
}

export interface Export {
  readonly name: string;
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

export type OpenWorld = Omit<World, 'importValue' | 'nestedOutput'> & {
  /** A text in which the addresses that AWS would have are those that are here. */
  localized(text: string): string;
};

/**
 * Opens stacks and those nested in them, each with what its references stand for. Throws for a
 * parameter that no stack declares, and for a nested template that is not there.
 */
export async function openStacks(
  templates: readonly Template[],
  given: Json,
  outside: OpenWorld,
): Promise<readonly OpenStack[]> {
  refuseUnknownParameters(templates, given);
  const all: OpenStack[] = [];
  const nested = new Map<string, OpenStack>();
  const world: Opening['world'] = {
    ...outside,
    importValue: (name) => exportedValue(all, name),
    nestedOutput(key, name) {
      const stack = nested.get(key);
      if (stack === undefined) throw new Error(`${key}: the nested stack is not there`);
      return outputValue(record(stack.template.outputs[name]), stack.scope);
    },
  };
  async function open(template: Template, parameters: Json, isNested: boolean): Promise<OpenStack> {
    const stack = openStack({ template, parameters, isNested, world, all });
    all.push(stack);
    for (const resource of stack.ofType('AWS::CloudFormation::Stack')) {
      const file = nestedFile(resource, template);
      const read = await readTemplate(file, `${template.stackName}-${resource.logicalId}`);
      // CDK keeps the assets of nested stacks with those of the stack they are in.
      const child = { ...read, assets: new Map([...template.assets, ...read.assets]) };
      nested.set(
        resource.key,
        await open(child, record(resource.properties.raw('Parameters')), true),
      );
    }
    return stack;
  }
  for (const template of templates) await open(template, given, false);
  return all;
}

interface Opening {
  readonly template: Template;
  readonly parameters: Json;
  readonly isNested: boolean;
  readonly world: World & Pick<OpenWorld, 'localized'>;
  readonly all: readonly OpenStack[];
}

function openStack({ template, parameters, isNested, world, all }: Opening): OpenStack {
  const keyOf = (logicalId: string): string => {
    const isTaken = all
      .slice(0, all.indexOf(stack))
      .some((other) => other.template.resources.has(logicalId));
    return isTaken ? `${template.stackName}/${logicalId}` : logicalId;
  };
  const values = readParameters(template.parameters, parameters);
  const scope = createScope({ template, parameters: values, world, keyOf });
  const stack: OpenStack = {
    template,
    scope,
    isNested,
    keyOf,
    ofType(...types) {
      return [...template.resources]
        .filter(([, { type }]) => types.includes(type))
        .filter(([, { condition }]) => condition === undefined || scope.condition(condition))
        .map(([logicalId, { type, properties, metadata }]) => {
          const key = keyOf(logicalId);
          const resolved = localizedIn(resolveNamed(key, properties, scope), world);
          return {
            key,
            logicalId,
            type,
            metadata,
            stack,
            properties: readProperties(key, resolved),
          };
        });
    },
    outputs() {
      const entries = Object.entries(template.outputs).flatMap(([name, output]) => {
        const value = attempt(`Outputs.${name}`, () => outputValue(record(output), scope), world);
        return typeof value === 'string' ? [[name, world.localized(value)] as const] : [];
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

/** The value, or nothing and a notice: an output that cannot be told keeps nobody from starting. */
function attempt(place: string, read: () => unknown, world: Opening['world']): unknown {
  try {
    return read();
  } catch (error) {
    world.warn(`${place}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

/** Every text in a value, localized. */
function localizedIn(value: unknown, world: Opening['world']): unknown {
  if (typeof value === 'string') return world.localized(value);
  if (Array.isArray(value)) return value.map((item) => localizedIn(item, world));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([name, item]) => [name, localizedIn(item, world)]));
}

/** Each property by itself, so that an error can name it. */
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

/** CDK names a nested template by its key in the assets bucket, everybody else by its path. */
function nestedFile({ properties }: Resource, { assets, folder }: Template): string {
  const url = properties.text('TemplateURL');
  const asset = assets.get(url.split('/').at(-1) ?? '');
  if (asset !== undefined) return asset;
  if (/^https?:/u.test(url)) {
    throw new Error(`${properties.key}.TemplateURL: must be a file here, not ${url}`);
  }
  const file = join(folder, url);
  if (!existsSync(file)) throw new Error(`${properties.key}.TemplateURL: there is no file ${file}`);
  return file;
}

function exportedValue(stacks: readonly OpenStack[], name: string): unknown {
  for (const stack of stacks) {
    const found = stack.exports().find((each) => each.name === name);
    if (found !== undefined) {
      return outputValue(record(stack.template.outputs[found.output]), stack.scope);
    }
  }
  throw new Error(`No stack exports ${name}`);
}
