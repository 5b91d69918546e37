import { useLayoutEffect, useRef, type RefObject } from 'react';

/** Returns a reference to the value of the latest rendering, for handlers that outlive it. */
export function useLatest<Value>(value: Value): RefObject<Value> {
  const latest = useRef(value);
  useLayoutEffect(() => {
    latest.current = value;
  });
  return latest;
}
