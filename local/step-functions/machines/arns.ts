import { randomUUID } from 'node:crypto';
import { AwsError } from '#local/wire/aws-error.ts';

/** The kinds of resources of Step Functions that an ARN can name. */
export type ResourceKind = 'stateMachine' | 'execution' | 'mapRun';

const arnForm = /^arn:aws[\w-]*:states:[\w-]+:\d{12}:(\w+):(.+)$/su;

/** Throws AWS's error for a text that is not the ARN of such a resource. */
export function checkArn(arn: string, kind: ResourceKind): void {
  if (!arn.startsWith('arn:')) throw invalidArn(`Invalid ARN prefix: ${arn}`);
  const [, found] = arnForm.exec(arn) ?? [];
  if (found === undefined) throw invalidArn(`Invalid ARN: ${arn}`);
  if (found !== kind) throw invalidArn(`Resource type not valid in this context: ${found}`);
}

function invalidArn(reason: string): AwsError {
  return new AwsError('InvalidArn', `Invalid Arn: '${reason}'`);
}

/** Throws AWS's error for a name with characters that have a meaning in ARNs, patterns or URLs. */
export function checkName(name = ''): void {
  if (!/[\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]/u.test(name)) return;
  throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}

/** Returns the ARN of an execution of a standard machine. */
export function executionArn(machineArn: string, name: string): string {
  return `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
}

/** Returns a new ARN for an execution of an express machine. */
export function expressArn(machineArn: string, name: string): string {
  return `${machineArn.replace(':stateMachine:', ':express:')}:${name}:${randomUUID()}`;
}
