/** A request as it was received. Header names are in lower case. */
export interface SignedRequest {
  readonly method: string;
  /** Path and query, still encoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** A request whose body is still arriving: the hash in its headers stands for it. */
export type StreamedRequest = Omit<SignedRequest, 'body'> & { readonly body?: never };

/** AWS credentials. Temporary ones have a session token and an expiry. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number;
}
