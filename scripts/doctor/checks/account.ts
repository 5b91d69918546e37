import type { AccountFacts, StackFacts } from '#scripts/doctor/facts.ts';
import type { Finding } from '#scripts/doctor/finding.ts';

/**
 * Judges whether the account runs enough functions at once. Workers of queues and reserved
 * concurrency come first; what is left answers callers.
 */
export function checkConcurrency(
  { concurrency }: AccountFacts,
  { name, functions, sources }: StackFacts,
): readonly Finding[] {
  if (concurrency === undefined) return [];
  const reserved = sum(functions.map(({ reservedConcurrency = 0 }) => reservedConcurrency));
  const workers = sum(sources.map(({ maximumConcurrency = 0 }) => maximumConcurrency));
  if (concurrency > reserved + workers) return [];
  return [
    {
      check: 'concurrency',
      severity: 'error',
      resource: name,
      message: `the account runs ${concurrency} functions at once, and queues and reserved concurrency may take ${reserved + workers}: callers are throttled`,
      fix: 'On a laptop, start with a higher --concurrency. On AWS, ask for more concurrent executions: aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value 1000',
    },
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** AWS refuses signatures that are further off. */
const maxSkewMs = 5 * 60_000;

/** Judges the clock of this machine by the time at which AWS answered. */
export function checkClock({ skewMs }: AccountFacts): readonly Finding[] {
  if (skewMs === undefined || Math.abs(skewMs) <= maxSkewMs) return [];
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  return [
    {
      check: 'clock',
      severity: 'error',
      resource: 'this machine',
      message: `its clock is ${minutes} minutes ${skewMs > 0 ? 'ahead of' : 'behind'} AWS, which refuses signatures after 5`,
      fix: 'Set the clock by the network: sudo timedatectl set-ntp true',
    },
  ];
}
