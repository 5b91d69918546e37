import type * as v from 'valibot';

/** The request and the responses of a route. */
export interface Operation {
  readonly id: string;
  readonly summary: string;
  readonly request?: v.GenericSchema;
  readonly query?: { readonly entries: Readonly<Record<string, v.GenericSchema>> };
  /** The status of a successful response, and its JSON if it has any. */
  readonly status: number;
  readonly response?: v.GenericSchema;
  /** The media types in which the response can be streamed. */
  readonly streams?: readonly string[];
  /** Whether the response can also be 204. */
  readonly orNoContent?: true;
  readonly error?: v.GenericSchema;
}
