/** Properties as they stand in a template, with references that are not resolved. */
export type Properties = Readonly<Record<string, unknown>>;

/** A CloudFormation template, as a deployment tool leaves it. */
export interface DeployedTemplate {
  readonly Resources: Readonly<Record<string, DeployedResource>>;
}

export interface DeployedResource {
  readonly Type: string;
  readonly Properties?: Properties;
  readonly DeletionPolicy?: string;
}

/** A resource with its logical id. */
export interface NamedResource {
  readonly id: string;
  readonly properties: Properties;
  readonly deletionPolicy: string | undefined;
}

/** Returns the resources of a type, such as `Lambda::Function`. */
export function resourcesOf(
  { Resources }: DeployedTemplate,
  type: string,
): readonly NamedResource[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === `AWS::${type}`)
    .map(([id, { Properties: properties = {}, DeletionPolicy: deletionPolicy }]) => {
      return { id, properties, deletionPolicy };
    });
}

/** Returns the logical ids that `Ref`, `Fn::GetAtt` and `Fn::Sub` name anywhere in a value. */
export function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isProperties(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const [first] = listOf(item);
    const text = typeof first === 'string' ? first : '';
    if (key === 'Ref') return [text];
    if (key === 'Fn::GetAtt') return text.split('.', 1);
    return key === 'Fn::Sub' ? namesIn(text).concat(referencesIn(item)) : referencesIn(item);
  });
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/\$\{([A-Za-z0-9]+)/gu)].map(([, id = '']) => id);
}

/** Returns the value if it is a map, else an empty one. */
export function mapOf(value: unknown): Properties {
  return isProperties(value) ? value : {};
}

/** Returns the value as a list. A value that is absent is an empty one. */
export function listOf(value: unknown): readonly unknown[] {
  return value === undefined ? [] : [value].flat();
}

/** Returns the text of a value, with its references, to look for a part in it. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

/** Returns a fault if nothing was found, because a rule without anything to check says nothing. */
export function mustExist(kind: string, found: readonly unknown[]): readonly string[] {
  return found.length === 0 ? [`there is no ${kind}`] : [];
}

function isProperties(value: unknown): value is Properties {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
