import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The most memory a process has had resident, in MB; 0 when it is gone. */
export function peakMemoryMb(pid: number): number {
  try {
    if (process.platform === 'linux') {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      return toMb(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1]);
    }
    if (process.platform === 'win32') return 0;
    // Elsewhere only what it has now is known.
    return toMb(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim());
  } catch {
    return 0;
  }
}

function toMb(kilobytes = '0'): number {
  return Math.ceil(Number(kilobytes) / 1024);
}
