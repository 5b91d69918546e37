import type { Stack } from 'aws-cdk-lib';
import { CfnUserPool } from 'aws-cdk-lib/aws-cognito';
import { partsOf } from '#infra/options/stack-parts.ts';

export const mfaModes = ['off', 'optional', 'required'] as const;
export const characterKinds = ['lowercase', 'uppercase', 'digits', 'symbols'] as const;

export interface SignInOptions {
  /** Whether people sign in with a code of an authenticator app, too. */
  readonly mfa: (typeof mfaModes)[number];
  readonly passwordMinLength: number;
  /** The kinds of characters of which a password must have at least one. */
  readonly passwordRequires: readonly (typeof characterKinds)[number][];
}

/** Applies the rules for signing in to the user pool of a stack. */
export function applySignInOptions(stack: Stack, options: SignInOptions): void {
  const { mfa, passwordMinLength, passwordRequires } = options;
  const required = Object.fromEntries(
    passwordRequires.map((kind) => [requirements[kind], true] as const),
  );
  for (const users of partsOf(stack, CfnUserPool)) {
    users.policies = { passwordPolicy: { minimumLength: passwordMinLength, ...required } };
    if (mfa === 'off') continue;
    users.mfaConfiguration = mfa === 'required' ? 'ON' : 'OPTIONAL';
    // No codes by SMS: they cost money, can be intercepted, and need a role that may send any.
    users.enabledMfas = ['SOFTWARE_TOKEN_MFA'];
  }
}

/** The names of requirements in the template. */
const requirements = {
  lowercase: 'requireLowercase',
  uppercase: 'requireUppercase',
  digits: 'requireNumbers',
  symbols: 'requireSymbols',
} as const;
