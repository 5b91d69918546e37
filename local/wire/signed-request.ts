/** A request as it came over the wire; header names are lower-case. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, not decoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Where they are temporary: the token that must come along, and until when they are good. */
  readonly sessionToken?: string;
  readonly expiresAt?: number;
}
