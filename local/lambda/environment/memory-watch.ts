import { readFileSync } from 'node:fs';
import { peakMemoryMb } from '#local/lambda/environment/peak-memory.ts';

/** How often an environment's memory is looked at. */
const intervalMs = 50;

export interface MemoryWatch {
  /** The most the process has had resident, as far as it was seen. */
  peakMb(): number;
  end(): void;
}

/**
 * Watches how much memory a process has resident and calls back once when it is more than it may
 * have: heap flags alone do not hold buffers. Only Linux tells this cheaply; elsewhere nothing is
 * stopped.
 */
export function watchMemory(pid: number, limitMb: number, onExceeded: () => void): MemoryWatch {
  let seenMb = 0;
  const look = (): void => {
    const nowMb = residentMb(pid);
    seenMb = Math.max(seenMb, nowMb);
    if (nowMb <= limitMb) return;
    clearInterval(timer);
    onExceeded();
  };
  const timer = setInterval(look, intervalMs);
  timer.unref();
  if (process.platform !== 'linux') clearInterval(timer);
  return {
    peakMb: () => Math.min(limitMb, peakMemoryMb(pid) || Math.ceil(seenMb)),
    end: () => clearInterval(timer),
  };
}

/** The pages of a process that are in memory, in MB; 0 when it is gone. */
function residentMb(pid: number): number {
  try {
    const [, pages = '0'] = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ');
    return (Number(pages) * 4096) / (1024 * 1024);
  } catch {
    return 0;
  }
}
