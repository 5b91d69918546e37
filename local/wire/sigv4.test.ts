import { expect, test } from 'vitest';
import type { SignedRequest } from '#local/wire/signed-request.ts';
import { verifySigV4 } from '#local/wire/sigv4.ts';

/** The chunked upload example in the Amazon S3 documentation, with its signatures. */
const documented = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const now = Date.UTC(2013, 4, 24);
const chunks: readonly (readonly [size: number, signature: string])[] = [
  [65_536, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'],
  [1_024, '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'],
  [0, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'],
];

function chunked(parts: readonly (readonly [number, string])[]): SignedRequest {
  const written = parts.map(
    ([size, signature]) =>
      `${size.toString(16)};chunk-signature=${signature}\r\n${'a'.repeat(size)}\r\n`,
  );
  return {
    method: 'PUT',
    url: '/examplebucket/chunkObject.txt',
    body: Buffer.from(written.join('')),
    headers: {
      host: 's3.amazonaws.com',
      'x-amz-date': '20130524T000000Z',
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': '66560',
      'content-length': '66824',
      authorization:
        'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,' +
        'SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;' +
        'x-amz-decoded-content-length;x-amz-storage-class,' +
        'Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    },
  };
}

test('the signed chunks in the S3 documentation are valid', () => {
  expect(verifySigV4(chunked(chunks), [documented], now)).toMatchObject({ type: 'valid' });
});

test.each([
  ['without its last chunk', chunks.slice(0, 2)],
  ['without its second chunk', [chunks[0], chunks[2]].filter((chunk) => chunk !== undefined)],
  [
    'with a changed chunk',
    chunks.map(([size, signature]) => [Math.min(size, 1_023), signature] as const),
  ],
])('a chunked body %s is invalid', (_, parts) => {
  expect(verifySigV4(chunked(parts), [documented], now)).toMatchObject({
    code: 'InvalidSignatureException',
  });
});

test.each([
  ['at another time', now + 5 * 60_000 + 1, 'InvalidSignatureException', documented],
  [
    'by an unknown key',
    now,
    'UnrecognizedClientException',
    { ...documented, accessKeyId: 'AKIAOTHER' },
  ],
  [
    'with a wrong secret',
    now,
    'InvalidSignatureException',
    { ...documented, secretAccessKey: 'x' },
  ],
  [
    'without its session token',
    now,
    'UnrecognizedClientException',
    { ...documented, sessionToken: 't' },
  ],
  ['with expired keys', now, 'ExpiredTokenException', { ...documented, expiresAt: now }],
])('a request signed %s is refused', (_, time, code, credentials) => {
  expect(verifySigV4(chunked(chunks), [credentials], time)).toMatchObject({
    type: 'refused',
    code,
  });
});
