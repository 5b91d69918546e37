import { readFileSync } from 'node:fs';
import { peakMemoryMb } from '#local/lambda/environment/peak-memory.ts';

/** The interval between two samples of an environment's memory. */
const intervalMs = 50;

export interface MemoryWatch {
  /** The highest resident memory measured so far, in MB. */
  peakMb(): number;
  end(): void;
}

/**
 * Watches the resident memory of a process and calls `onExceeded` once when it exceeds the limit.
 * Node's heap flags are not enough, because they do not limit buffers. Only Linux reports resident
 * memory cheaply, so on other platforms the limit is not enforced.
 */
export function watchMemory(pid: number, limitMb: number, onExceeded: () => void): MemoryWatch {
  let maxSeenMb = 0;
  const sample = (): void => {
    const currentMb = residentMb(pid);
    maxSeenMb = Math.max(maxSeenMb, currentMb);
    if (currentMb <= limitMb) return;
    clearInterval(timer);
    onExceeded();
  };
  const timer = setInterval(sample, intervalMs);
  timer.unref();
  if (process.platform !== 'linux') clearInterval(timer);
  return {
    peakMb: () => Math.min(limitMb, peakMemoryMb(pid) || Math.ceil(maxSeenMb)),
    end: () => clearInterval(timer),
  };
}

/** The resident memory of a process in MB; 0 if it has exited. */
function residentMb(pid: number): number {
  try {
    const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return (Number(pages) * 4096) / (1024 * 1024);
  } catch {
    return 0;
  }
}
