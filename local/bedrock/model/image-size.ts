interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Returns why a model refuses an image: it is too large, or not in the format that it declares.
 * Returns undefined if it is fine.
 */
export function imageProblem(bytes: Buffer, format: string): string | undefined {
  if (bytes.length > 3.75 * 1024 * 1024) return 'image exceeds 3.75 MB maximum';
  const size = sizeOf(bytes);
  if (size === undefined || size.format !== format) return 'Could not process image';
  if (size.width <= 8_000 && size.height <= 8_000) return undefined;
  return 'image dimensions exceed max allowed size: 8000 pixels';
}

/** Returns the tokens of an image: one per 750 pixels, as Anthropic publishes, up to 1,568. */
export function imageTokens(bytes: Buffer): number {
  const { width, height } = sizeOf(bytes) ?? { width: 0, height: 0 };
  return Math.min(1_568, Math.max(1, Math.ceil((width * height) / 750)));
}

/**
 * Reads the size of an image from its header. Returns undefined if it is not one of four formats.
 */
function sizeOf(bytes: Buffer): (Size & { readonly format: string }) | undefined {
  if (bytes.length < 24) return undefined;
  if (bytes.toString('latin1', 1, 4) === 'PNG') {
    return { format: 'png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
  }
  if (bytes.toString('latin1', 0, 4) === 'GIF8') {
    return { format: 'gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
  }
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') {
    return { format: 'webp', ...webpSize(bytes) };
  }
  if (bytes.readUInt16BE(0) === 0xff_d8) return { format: 'jpeg', ...jpegSize(bytes) };
  return undefined;
}

function webpSize(bytes: Buffer): Size {
  const isExtended = bytes.toString('latin1', 12, 16) === 'VP8X' && bytes.length >= 30;
  if (isExtended) {
    return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  }
  if (bytes.length < 30) return { width: 1, height: 1 };
  if (bytes.toString('latin1', 12, 16) === 'VP8L') {
    const bits = bytes.readUInt32LE(21);
    return { width: (bits & 0x3f_ff) + 1, height: ((bits >>> 14) & 0x3f_ff) + 1 };
  }
  return { width: bytes.readUInt16LE(26) & 0x3f_ff, height: bytes.readUInt16LE(28) & 0x3f_ff };
}

/** Walks the segments of a JPEG to the start of frame, which contains the size. */
function jpegSize(bytes: Buffer): Size {
  let at = 2;
  while (at + 9 < bytes.length) {
    const marker = bytes.readUInt16BE(at);
    const isFrame =
      marker >= 0xff_c0 && marker <= 0xff_cf && ![0xff_c4, 0xff_c8, 0xff_cc].includes(marker);
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return { width: 1, height: 1 };
}
