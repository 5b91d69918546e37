import type { Stack } from 'aws-cdk-lib';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { StreambedFunction } from '#infra/functions/streambed-function.ts';

/** Returns the parts of a stack that are of a class, at any depth. */
export function partsOf<Part extends IConstruct>(
  stack: Stack,
  type: abstract new (...args: never[]) => Part,
): readonly Part[] {
  return stack.node.findAll().filter((part): part is Part => part instanceof type);
}

/** Returns the functions of a stack, without those that only CloudFormation calls. */
export function functionsOf(stack: Stack): readonly StreambedFunction[] {
  return partsOf(stack, StreambedFunction);
}

/** Returns a function by its name. Throws an error that names the setting if there is none. */
export function functionNamed(stack: Stack, setting: string, name: string): StreambedFunction {
  const functions = functionsOf(stack);
  const found = functions.find(({ node }) => node.id === name);
  if (found !== undefined) return found;
  const names = functions.map(({ node }) => node.id).join(', ');
  throw new Error(`${setting}: there is no function ${name}; the functions are ${names}`);
}

/** Returns the properties of a function in the template, which the caller may change. */
export function propertiesOf({ node }: StreambedFunction): CfnFunction {
  if (node.defaultChild instanceof CfnFunction) return node.defaultChild;
  throw new Error(`${node.id}: has no CfnFunction`);
}
