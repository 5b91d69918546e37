import type { AnswerEvent } from '#local/bedrock/turn/answer.ts';

/** How many frames are cached, at most. */
const maxFrames = 20_000;

/** Frames by their text, and then by index and padding. */
const frames = new Map<string, Map<number, Buffer>>();
let count = 0;

/**
 * Returns the frame of some text. A simulated model has a small vocabulary and there are few paddings,
 * so that most frames are cached.
 */
export function textFrame(
  { text, index }: Extract<AnswerEvent, { type: 'text-delta' }>,
  p: string | undefined,
  encode: () => Buffer,
): Buffer {
  let ofText = frames.get(text);
  if (ofText === undefined) frames.set(text, (ofText = new Map()));
  const key = index * 100 + (p?.length ?? 0);
  const known = ofText.get(key);
  if (known !== undefined) return known;
  const frame = encode();
  ofText.set(key, frame);
  count += 1;
  if (count > maxFrames) {
    frames.clear();
    count = 0;
  }
  return frame;
}
