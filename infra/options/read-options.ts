import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { defaultMemorySize } from '#infra/functions/streambed-function.ts';
import { logRoles } from '#infra/options/access-logs.ts';
import { inspectedKb, type FirewallOptions } from '#infra/options/firewall.ts';
import {
  applicationLevels,
  systemLevels,
  type FunctionOptions,
  type LogLevels,
} from '#infra/options/function-options.ts';
import { workflowLevels, type LogOptions } from '#infra/options/log-options.ts';
import type { NetworkOptions } from '#infra/options/network.ts';
import type { StackOptions } from '#infra/options/options.ts';
import { characterKinds, mfaModes, type SignInOptions } from '#infra/options/sign-in-options.ts';
import {
  count,
  flag,
  list,
  matching,
  numbers,
  oneOf,
  onlyWith,
  within,
  type ReadText,
} from '#infra/setting-values.ts';

/** Returns the options in the settings. Throws an error that names the invalid setting. */
export function readOptions(text: ReadText): StackOptions {
  return {
    functions: toFunctionOptions(text),
    logs: toLogOptions(text),
    signIn: toSignInOptions(text),
    firewall: toFirewallOptions(text),
    network: toNetworkOptions(text),
    isDestroyedWithStack:
      oneOf('removalPolicy', text('removalPolicy') ?? 'retain', ['retain', 'destroy']) ===
      'destroy',
  };
}

/** What Lambda accepts, in MB. */
const memoryBounds = { min: 128, max: 10_240 };

function toFunctionOptions(text: ReadText): FunctionOptions {
  return {
    accountConcurrency: count('accountConcurrency', text('accountConcurrency') ?? '1000'),
    reservedConcurrency: numbers('reservedConcurrency', text('reservedConcurrency'), { min: 0 }),
    defaultMemory: within('memory', text('memory') ?? String(defaultMemorySize), memoryBounds),
    memory: numbers('functionMemory', text('functionMemory'), memoryBounds),
    logLevels: toLogLevels(text),
  };
}

function toLogLevels(text: ReadText): LogLevels | undefined {
  const application = text('logLevel');
  const system = text('systemLogLevel');
  if (application === undefined && system === undefined) return undefined;
  return {
    application: oneOf('logLevel', application ?? 'INFO', applicationLevels),
    system: oneOf('systemLogLevel', system ?? 'INFO', systemLevels),
  };
}

function toLogOptions(text: ReadText): LogOptions {
  const hasAccessLogs = flag('apiAccessLogs', text('apiAccessLogs'));
  if (!hasAccessLogs) onlyWith(text, { names: ['apiLogRole'], needed: 'apiAccessLogs=true' });
  return {
    retentionDays: retentionDays('logRetentionDays', text('logRetentionDays') ?? '30'),
    access: hasAccessLogs
      ? { role: oneOf('apiLogRole', text('apiLogRole') ?? 'existing', logRoles) }
      : undefined,
    workflows: oneOf('workflowLogs', text('workflowLogs') ?? 'OFF', workflowLevels),
  };
}

/** CloudWatch accepts only some numbers of days. Logs that are kept for ever are no option. */
function retentionDays(name: string, value: string): number {
  const days = Object.values(RetentionDays).filter((each) => typeof each === 'number');
  const words = days.filter((each) => each !== RetentionDays.INFINITE).map(String);
  return Number(oneOf(name, value, words));
}

function toSignInOptions(text: ReadText): SignInOptions {
  const requires = text('passwordRequires');
  return {
    mfa: oneOf('mfa', text('mfa') ?? 'off', mfaModes),
    passwordMinLength: within('passwordMinLength', text('passwordMinLength') ?? '12', {
      // Cognito accepts 6, which is too short to be safe.
      min: 8,
      max: 99,
    }),
    passwordRequires:
      requires === undefined
        ? []
        : list('passwordRequires', requires).map((kind) =>
            oneOf('passwordRequires', kind, characterKinds),
          ),
  };
}

/** What WAF accepts. */
const rateBounds = { min: 10, max: 2_000_000_000 };

function toFirewallOptions(text: ReadText): FirewallOptions | undefined {
  if (!flag('waf', text('waf'))) {
    onlyWith(text, { names: ['wafRequestsPer5Minutes', 'wafBodyKb'], needed: 'waf=true' });
    return undefined;
  }
  const requests = text('wafRequestsPer5Minutes');
  return {
    requestsPer5Minutes: within('wafRequestsPer5Minutes', requests ?? '3000', rateBounds),
    bodyKb: oneOf('wafBodyKb', text('wafBodyKb') ?? '64', inspectedKb),
  };
}

function toNetworkOptions(text: ReadText): NetworkOptions | undefined {
  const value = text('vpc');
  if (value === undefined) {
    const names = ['vpcSubnets', 'vpcRouteTables', 'vpcEndpoints', 'vpcFunctions'];
    onlyWith(text, { names, needed: 'vpc=new or vpc=vpc-…' });
    return undefined;
  }
  const functions = text('vpcFunctions');
  const chosen = functions === undefined ? undefined : list('vpcFunctions', functions);
  if (value === 'new') {
    const names = ['vpcSubnets', 'vpcRouteTables', 'vpcEndpoints'];
    onlyWith(text, { names, needed: 'the id of a VPC that exists' });
    return { vpc: { type: 'new' }, addsEndpoints: true, functions: chosen };
  }
  const addsEndpoints = flag('vpcEndpoints', text('vpcEndpoints'));
  const idPattern = {
    pattern: /^vpc-[\da-f]{8,17}$/u,
    expectation: 'must be new or like vpc-0abc…',
  };
  matching('vpc', value, idPattern);
  if (!addsEndpoints) onlyWith(text, { names: ['vpcRouteTables'], needed: 'vpcEndpoints=true' });
  return {
    addsEndpoints,
    functions: chosen,
    vpc: {
      type: 'existing',
      id: value,
      subnets: ids(text, 'vpcSubnets', { prefix: 'subnet', isNeeded: true }),
      routeTables: ids(text, 'vpcRouteTables', { prefix: 'rtb', isNeeded: addsEndpoints }),
    },
  };
}

/** Parses a list of ids like `subnet-0abc…`. Throws an error if it is missing but needed. */
function ids(
  text: ReadText,
  name: string,
  { prefix, isNeeded }: { readonly prefix: string; readonly isNeeded: boolean },
): readonly string[] {
  const value = text(name) ?? '';
  if (value === '' && !isNeeded) return [];
  const pattern = new RegExp(`^${prefix}-[\\da-f]{8,17}$`, 'u');
  const items = value.split(',').map((item) => item.trim());
  if (items.every((item) => pattern.test(item))) return items;
  throw new Error(`${name}: must be a list of ids like ${prefix}-0abc…, for the VPC that exists`);
}
