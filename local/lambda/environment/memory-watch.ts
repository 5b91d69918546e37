import { closeSync, openSync, readSync } from 'node:fs';
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
  const meter = process.platform === 'linux' ? openMeter(pid) : undefined;
  let maxSeenMb = 0;
  const end = (): void => {
    clearInterval(timer);
    meter?.close();
  };
  const sample = (): void => {
    const currentMb = meter?.residentMb() ?? 0;
    maxSeenMb = Math.max(maxSeenMb, currentMb);
    if (currentMb <= limitMb) return;
    end();
    onExceeded();
  };
  const timer = setInterval(sample, intervalMs);
  timer.unref();
  if (meter === undefined) clearInterval(timer);
  return {
    peakMb: () => Math.min(limitMb, peakMemoryMb(pid) || Math.ceil(maxSeenMb)),
    end,
  };
}

interface Meter {
  /** Returns the resident memory of the process in MB; 0 if it has exited. */
  residentMb(): number;
  close(): void;
}

/**
 * Opens what tells the memory of a process; undefined if it has exited. A hundred environments are
 * sampled two thousand times a second, so the file stays open.
 */
function openMeter(pid: number): Meter | undefined {
  const buffer = Buffer.alloc(128);
  let file: number | undefined;
  try {
    file = openSync(`/proc/${pid}/statm`, 'r');
  } catch {
    return undefined;
  }
  return {
    residentMb() {
      try {
        const length = file === undefined ? 0 : readSync(file, buffer, 0, buffer.length, 0);
        const [, pages = '0'] = buffer.toString('latin1', 0, length).split(' ');
        return (Number(pages) * 4096) / (1024 * 1024);
      } catch {
        return 0;
      }
    },
    close() {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
}
