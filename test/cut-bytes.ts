/** A text's bytes in pieces of a size, so that characters and frames are cut at every place. */
export async function* cutBytes(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length; start += size)
    yield bytes.subarray(start, start + size);
}

/** Words in which each way of cutting bytes finds something to break. */
export const trickyTexts = ['Hello ', '日本語の', '文章です。', '👋🏽', '👩‍👩‍👧', '\r\n"\\\u2028', 'é'];
