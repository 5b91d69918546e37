/** The caller's place in a trace, which the trace of a turn continues. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The caller's span, 16 hexadecimal digits; absent if only the trace is known. */
  readonly spanId?: string;
  /** Whether the caller's own spans are exported; absent if the caller has not decided. */
  readonly isSampled?: boolean;
  /** The header `tracestate`, unchanged. */
  readonly state?: string;
}

/** Headers by their lower-case names. */
type Headers = Readonly<Record<string, string | undefined>>;

/**
 * Returns the parent in the header `traceparent` (W3C Trace Context), or else in the header that
 * AWS adds for X-Ray. Returns undefined if there is none or it is malformed: then the turn has a
 * trace of its own.
 */
export function readTraceParent(headers: Headers): TraceParent | undefined {
  return fromTraceparent(headers) ?? fromXRay(headers['x-amzn-trace-id']);
}

/** Later versions may add fields at the end. Version 255 is forbidden. */
const traceparent =
  /^(?<version>(?!ff)[\da-f]{2})-(?<traceId>[\da-f]{32})-(?<spanId>[\da-f]{16})-(?<flags>[\da-f]{2})(?<more>-.*)?$/u;

function fromTraceparent(headers: Headers): TraceParent | undefined {
  const groups = traceparent.exec(headers['traceparent']?.trim() ?? '')?.groups;
  const { version, traceId = '', spanId = '', flags = '', more } = groups ?? {};
  if (!isId(traceId) || !isId(spanId)) return undefined;
  if (version === '00' && more !== undefined) return undefined;
  const state = readState(headers['tracestate']);
  return {
    traceId,
    spanId,
    isSampled: (Number.parseInt(flags, 16) & 1) === 1,
    ...(state === undefined ? {} : { state }),
  };
}

/** An id of only zeros is invalid. */
function isId(id: string): boolean {
  return /[1-9a-f]/u.test(id);
}

const stateMember =
  /^[a-z\d][a-z\d_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/u;

/** A malformed state is left out as a whole, and so is one that is longer than others accept. */
function readState(state: string | undefined): string | undefined {
  if (state === undefined || state.length > 512) return undefined;
  const members = state.split(',').map((member) => member.trim());
  const given = members.filter((member) => member !== '');
  const isValid =
    given.length > 0 && given.length <= 32 && given.every((one) => stateMember.test(one));
  return isValid ? given.join(',') : undefined;
}

/**
 * AWS adds a `Root` to every request. The span in `Parent` exists only if X-Ray samples the trace,
 * and `Sampled=0` only says that X-Ray is off.
 */
function fromXRay(header = ''): TraceParent | undefined {
  const fields = new Map(
    header.split(';').map((field): [string, string] => {
      const [name = '', value = ''] = field.split('=');
      return [name.trim(), value.trim().toLowerCase()];
    }),
  );
  const [, time = '', random = ''] =
    /^1-([\da-f]{8})-([\da-f]{24})$/u.exec(fields.get('Root') ?? '') ?? [];
  const traceId = time + random;
  if (!isId(traceId)) return undefined;
  const spanId = fields.get('Parent') ?? '';
  const isParent = fields.get('Sampled') === '1' && /^[\da-f]{16}$/u.test(spanId) && isId(spanId);
  return isParent ? { traceId, spanId, isSampled: true } : { traceId };
}
