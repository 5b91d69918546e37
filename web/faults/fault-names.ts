/** The faults that the local Bedrock produces for the page, in the order in which they are shown. */
export const modelFaults = [
  'stall',
  'throttle',
  'cut',
  'frame',
  'timeout',
  'guardrail',
  'filter',
  'slow',
  'unavailable',
] as const;

export type ModelFault = (typeof modelFaults)[number];

/** A lost network is the browser's own fault: the local Bedrock has no part in it. */
export type Fault = ModelFault | 'offline';

/** Marks the model calls of a request that asks for a fault, in `metadata` of the chat request. */
export const faultMark = 'page_fault';
