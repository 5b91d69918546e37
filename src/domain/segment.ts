/** Returns an owner without characters that URLs encode, so that decoding twice is harmless. */
export function toSegment(owner: string): string {
  return encodeURIComponent(owner).replaceAll('_', '%5F').replaceAll('%', '_');
}

/** Returns the owner of a segment. Throws a `URIError` if no owner has it. */
export function fromSegment(segment: string): string {
  return decodeURIComponent(segment.replaceAll('_', '%'));
}
