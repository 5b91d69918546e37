/** A public key as a JSON Web Key (RFC 7517). */
export type PublicJwk = Readonly<Record<string, unknown>>;

/** What the environments of a function know together about the keys of an issuer. */
export interface IssuerKeys {
  /** When an environment last began to ask the issuer. It identifies this request. */
  readonly askedAtMs: number;
  readonly outcome: 'pending' | 'answered' | 'failed';
  /** Until then no other environment may ask. */
  readonly nextAskAtMs: number;
  /** The keys of the last usable response. Empty before the first one. */
  readonly keys: readonly PublicJwk[];
  /** When the issuer was asked for these keys; absent before the first usable response. */
  readonly fetchedAtMs?: number | undefined;
}

/** How a request for keys ended. Without keys it failed, and the earlier keys stay. */
export interface IssuerKeysResult {
  readonly askedAtMs: number;
  readonly keys?: readonly PublicJwk[] | undefined;
  readonly nextAskAtMs: number;
}

/** Stores the keys of issuers, by the URLs where the issuers publish them. */
export interface IssuerKeyStore {
  read(url: string): Promise<IssuerKeys | undefined>;
  /** Claims the right to ask the issuer. Returns false if another environment has it until now. */
  claim(url: string, nowMs: number, nextAskAtMs: number): Promise<boolean>;
  /** Stores the result of a claimed request, unless a later request has begun. */
  finish(url: string, result: IssuerKeysResult): Promise<void>;
}
