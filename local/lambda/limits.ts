// Lambda's payload limits. Source: Lambda developer guide, "Lambda quotas", unless noted.

const mebibyte = 1024 * 1024;

/** The largest request of a synchronous invocation. */
export const maxRequestBytes = 6 * mebibyte;

/** The largest event of an asynchronous invocation. */
export const maxAsyncRequestBytes = mebibyte;

/** The largest buffered response: 6 MiB and 100 bytes (AWS's Runtime Interface Emulator). */
export const maxResponseBytes = 6_291_556;

/** The largest streamed response. */
export const maxStreamedResponseBytes = 200 * mebibyte;

/** The largest client context, in Base64 (Lambda API reference, "Invoke"). */
export const maxClientContextBytes = 3_583;
