import { useEffect, useState } from 'react';

/** Returns how many whole seconds have passed since a moment, again each second. */
export function useSecondsSince(startMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [startMs]);
  return Math.max(0, Math.floor((now - startMs) / 1_000));
}
