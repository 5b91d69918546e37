import type { ServiceResponse } from '#local/gateway/service-caller.ts';
import type { Json } from '#local/template/json.ts';

/** The headers that Step Functions names in the results of optimized integrations. */
const shownHeaders = [
  'Content-Type',
  'Date',
  'x-amzn-RequestId',
  'x-amz-crc32',
  'X-Amz-Executed-Version',
  'X-Amzn-Trace-Id',
  'x-amzn-Remapped-Content-Length',
];

/** Returns the members that the result of an optimized integration has beside those of the service. */
export function sdkMetadata(
  response: ServiceResponse,
  more: Readonly<Record<string, string>>,
): Json {
  const found = shownHeaders.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value] as const];
  });
  const headers = {
    'Content-Length': String(Buffer.byteLength(response.body)),
    ...more,
    ...Object.fromEntries(found),
  };
  return {
    SdkHttpMetadata: {
      AllHttpHeaders: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name, [value]]),
      ),
      HttpHeaders: headers,
      HttpStatusCode: response.status,
    },
    SdkResponseMetadata: { RequestId: requestId(response) },
  };
}

/** Returns the id of a request, as the service returned it. */
export function requestId({ headers }: ServiceResponse): string {
  return headers.get('x-amzn-requestid') ?? headers.get('x-amz-request-id') ?? '';
}
