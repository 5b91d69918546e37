import type { Finding } from '#scripts/doctor/finding.ts';

/** What is known of this machine and this checkout. */
export interface LaptopFacts {
  /** Such as `24.21.0`. */
  readonly nodeVersion: string;
  /** What has to be built, or built again. */
  readonly stale: readonly { readonly name: string; readonly isMissing: boolean }[];
  /** The ports of `npm start` that another program uses. */
  readonly takenPorts: readonly { readonly port: number; readonly option: string }[];
  /** The state file of a system that no longer answers. */
  readonly deadState: string | undefined;
}

const requiredNode = 24;

/** Judges this machine: whether `npm start` can run, and whether what it runs is of today. */
export function checkLaptop(laptop: LaptopFacts): readonly Finding[] {
  return [
    ...checkNode(laptop),
    ...laptop.stale.map(({ name, isMissing }): Finding => ({
      check: 'build',
      severity: isMissing ? 'error' : 'warning',
      resource: name,
      message: isMissing ? 'was not built yet' : 'is older than its sources',
      fix: 'Start again: npm start builds it, and npm run dev follows the sources.',
    })),
    ...laptop.takenPorts.map(({ port, option }): Finding => ({
      check: 'port',
      severity: 'error',
      resource: `port ${port}`,
      message: 'another program uses it',
      fix: `End that program, or: npm start -- ${option} ${port + 1000}`,
    })),
    ...checkState(laptop),
  ];
}

function checkNode({ nodeVersion }: LaptopFacts): readonly Finding[] {
  const [major] = nodeVersion.split('.').map(Number);
  if (major !== undefined && major >= requiredNode) return [];
  return [
    {
      check: 'node',
      severity: 'error',
      resource: 'this machine',
      message: `Node ${nodeVersion} cannot run Streambed, which needs ${requiredNode} or later`,
      fix: 'Use the npm scripts, which bring their own Node; npm ci installs it.',
    },
  ];
}

function checkState({ deadState }: LaptopFacts): readonly Finding[] {
  if (deadState === undefined) return [];
  return [
    {
      check: 'state',
      severity: 'warning',
      resource: deadState,
      message: 'it is of a system that does not answer any more',
      fix: `Start the system again, or remove the file: rm ${deadState}`,
    },
  ];
}
