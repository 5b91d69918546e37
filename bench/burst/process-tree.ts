import { readdirSync, readFileSync } from 'node:fs';

/** A process and all that it has started, directly or not. */
export interface ProcessTree {
  readonly count: number;
  /**
   * The sum of their proportional set sizes, in MB: a page that several processes share counts once.
   */
  readonly pssMb: number;
}

/** Measures the tree of a process from /proc, so it needs Linux. */
export function measureTree(pid: number): ProcessTree {
  const pids = withChildren(pid, readParents());
  const kilobytes = pids.map(pssOf).reduce((sum, each) => sum + each, 0);
  return { count: pids.length, pssMb: kilobytes / 1024 };
}

function withChildren(pid: number, parents: ReadonlyMap<number, number>): readonly number[] {
  const children = [...parents].filter(([, parent]) => parent === pid).map(([child]) => child);
  return [pid, ...children.flatMap((child) => withChildren(child, parents))];
}

function readParents(): ReadonlyMap<number, number> {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/u.test(name));
  return new Map(
    pids.map((pid) => [Number(pid), Number(field(pid, 'status', /^PPid:\s+(\d+)/mu))]),
  );
}

function pssOf(pid: number): number {
  return Number(field(String(pid), 'smaps_rollup', /^Pss:\s+(\d+)/mu));
}

/** Reads a field of a process. Returns 0 if the process has ended. */
function field(pid: string, file: string, pattern: RegExp): string {
  try {
    return pattern.exec(readFileSync(`/proc/${pid}/${file}`, 'utf8'))?.[1] ?? '0';
  } catch {
    return '0';
  }
}
