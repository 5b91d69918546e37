import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Returns the peak resident memory of a process in MB; 0 if it has exited, and on Windows. */
export function peakMemoryMb(pid: number): number {
  try {
    if (process.platform === 'linux') {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      return toMb(/^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1]);
    }
    if (process.platform === 'win32') return 0;
    // Other platforms report only the current resident memory.
    return toMb(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim());
  } catch {
    return 0;
  }
}

function toMb(kilobytes = '0'): number {
  return Math.ceil(Number(kilobytes) / 1024);
}
