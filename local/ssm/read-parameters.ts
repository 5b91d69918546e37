import { readShape, asText } from '#local/wire/shape.ts';
import { describeProblems } from '#local/wire/describe-problems.ts';
import { record } from '#local/template/json.ts';
import type { Resource } from '#local/template/stacks.ts';
import {
  putParameter,
  putShape,
  type Parameters,
  type PutInput,
} from '#local/ssm/put-parameter.ts';
import { toTags } from '#local/wire/rpc/tags.ts';

/** A parameter that a template declares, or that an option gives. */
export interface ParameterDeclaration {
  readonly by: 'template' | 'option';
  readonly input: PutInput;
}

const members = ['AllowedPattern', 'DataType', 'Description', 'Policies', 'Tier', 'Type', 'Value'];

/** Reads an AWS::SSM::Parameter. Its tags are a map, not a list. */
export function readParameter({
  key,
  logicalId,
  properties,
  stack,
}: Resource): ParameterDeclaration {
  const own = members.flatMap((name) =>
    properties.has(name) ? [[name, properties.text(name)] as const] : [],
  );
  const tags = Object.entries(record(properties.raw('Tags')));
  const Tags = tags.map(([Key, Value]) => ({ Key, Value: asText(Value) ?? '' }));
  const type = properties.choice('Type', ['String', 'StringList']);
  const written = {
    ...Object.fromEntries(own),
    Type: type,
    Name: String(stack.scope.ref(logicalId)),
    ...(Tags.length === 0 ? {} : { Tags }),
  };
  const input = readShape(putShape, written, (all) => new Error(describeProblems(key, all)));
  return { by: 'template', input };
}

/** Returns the declaration of a parameter whose value an option gives. */
export function givenParameter(name: string, value: string): ParameterDeclaration {
  return { by: 'option', input: { Name: name, Value: value, Type: 'String' } };
}

/**
 * Stores a declared parameter, unless its declaration is the one that was stored before: what was
 * changed by the API since then stays, as on AWS until the stack changes the parameter.
 */
export function declareParameter(
  parameters: Parameters,
  { by, input }: ParameterDeclaration,
  nowMs: number,
): void {
  const declaration = JSON.stringify({ by, ...input });
  const existing = parameters.get(input.Name);
  if (existing?.declaration === declaration) return;
  const { Tags = [], ...put } = input;
  // Names of AWS's own can be given by an option only.
  const hasName = existing !== undefined || by === 'option';
  putParameter(parameters, { ...put, Overwrite: existing !== undefined }, nowMs, hasName);
  const stored = parameters.get(input.Name);
  if (stored === undefined) return;
  parameters.put(input.Name, { ...stored, declaration, tags: { ...stored.tags, ...toTags(Tags) } });
}

/** Deletes the parameters that a template declared and no longer does, as an update of its stack. */
export function removeUndeclared(
  parameters: Parameters,
  declared: readonly ParameterDeclaration[],
): void {
  const names = new Set(declared.map(({ input }) => input.Name));
  for (const { name, declaration } of parameters.all()) {
    const isTemplates = declaration?.startsWith('{"by":"template"') === true;
    if (isTemplates && !names.has(name)) parameters.delete(name);
  }
}
