import type { Stack } from 'aws-cdk-lib';
import { addFirewall, type FirewallOptions } from '#infra/options/firewall.ts';
import { applyFunctionOptions, type FunctionOptions } from '#infra/options/function-options.ts';
import { applyLogOptions, type LogOptions } from '#infra/options/log-options.ts';
import { addNetwork, type NetworkOptions } from '#infra/options/network.ts';
import { destroyWithStack } from '#infra/options/removal.ts';
import { applySignInOptions, type SignInOptions } from '#infra/options/sign-in-options.ts';
import type { StreambedProps } from '#infra/streambed-stack.ts';

/** What an operator may decide about a stack, and nothing else in the stack depends on. */
export interface StackOptions {
  readonly functions: FunctionOptions;
  readonly logs: LogOptions;
  readonly signIn: SignInOptions;
  readonly firewall: FirewallOptions | undefined;
  readonly network: NetworkOptions | undefined;
  /** Whether what is stored is deleted with the stack. */
  readonly isDestroyedWithStack: boolean;
}

/** Applies the options to a stack that is complete. Throws an error that names a wrong setting. */
export function applyOptions(stack: Stack, props: StreambedProps): void {
  const { agents, mcpServers, options } = props;
  const { firewall, network } = options;
  applyFunctionOptions(stack, options.functions);
  applySignInOptions(stack, options.signIn);
  if (firewall !== undefined) addFirewall(stack, firewall);
  if (network !== undefined) {
    addNetwork(stack, network, {
      mcpServers: Object.keys(mcpServers).length > 0,
      agentCore: Object.values(agents).some((address) => address.startsWith('arn:')),
    });
  }
  if (options.isDestroyedWithStack) destroyWithStack(stack);
  // After all that adds logs of its own.
  applyLogOptions(stack, options.logs);
}
