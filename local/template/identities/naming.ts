import { createHash } from 'node:crypto';
import { accountId, type StackContext } from '#local/template/stack-context.ts';

/** What `Ref` and `Fn::GetAtt` return for a resource. */
export interface Identity {
  readonly ref: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What is known about a resource before it exists. */
export interface ResourceContext {
  readonly stackName: string;
  readonly logicalId: string;
  /** Its name among all stacks. */
  readonly key: string;
  /** Returns one of its properties, resolved. */
  property(name: string): unknown;
  readonly context: StackContext;
}

/** Returns an id of lower-case letters and digits, always the same for the same seed. */
export function shortId(seed: string, length = 10): string {
  const digest = createHash('sha256').update(seed).digest('hex');
  return BigInt(`0x${digest}`).toString(36).padStart(length, '0').slice(-length);
}

/** Returns the id of a resource, always the same for the same stack. */
export const idOf = ({ stackName, logicalId }: ResourceContext, length = 10): string =>
  shortId(`${stackName}/${logicalId}`, length);

/** Returns the name that a property gives, else one made of the stack and the logical id. */
export function nameFrom(resource: ResourceContext, property?: string): string {
  const name = property === undefined ? undefined : resource.property(property);
  return typeof name === 'string' ? name : `${resource.stackName}-${resource.logicalId}`;
}

/** Returns an ARN in the system's account and Region. */
export const arnOf = ({ context }: ResourceContext, service: string, rest: string): string =>
  `arn:aws:${service}:${context.region}:${accountId}:${rest}`;

/** A resource with a name, and an ARN made from that name. */
export function named(
  property: string,
  toArn: (resource: ResourceContext, name: string) => string,
  refIs: 'name' | 'arn' = 'name',
): (resource: ResourceContext) => Identity {
  return (resource) => {
    const name = nameFrom(resource, property);
    const arn = toArn(resource, name);
    return { ref: refIs === 'name' ? name : arn, attributes: { Arn: arn, Name: name } };
  };
}

/** A resource with an id, which an attribute has, too. */
export function byId(attribute: string, length = 10): (resource: ResourceContext) => Identity {
  return (resource) => {
    const id = idOf(resource, length);
    return { ref: id, attributes: { [attribute]: id } };
  };
}
