import { resolve } from 'node:path';
import type { NextConfig } from 'next';

/** What browsers offer and the page does not use, whatever gets into it. */
const unused = [
  'accelerometer',
  'camera',
  'display-capture',
  'geolocation',
  'gyroscope',
  'hid',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
  'xr-spatial-tracking',
];

/** Of every response. */
const headersOfAll = [
  { key: 'x-content-type-options', value: 'nosniff' },
  { key: 'referrer-policy', value: 'no-referrer' },
  { key: 'cross-origin-opener-policy', value: 'same-origin' },
  { key: 'permissions-policy', value: unused.map((feature) => `${feature}=()`).join(', ') },
];

/** A page has the policy that proxy.ts makes for it. What is not a page does nothing when opened as one. */
const headersOfData = [
  { key: 'content-security-policy', value: "default-src 'none'; frame-ancestors 'none'" },
];

const root = resolve(import.meta.dirname, '..');

const config: NextConfig = {
  // The build is a folder that runs wherever Node does: scripts/build.ts completes it.
  output: 'standalone',
  // While an answer streams, nothing but the answer is rendered again.
  reactCompiler: true,
  outputFileTracingRoot: root,
  // Native code for images, which the page does not resize.
  outputFileTracingExcludes: { '**': ['../node_modules/sharp/**', '../node_modules/@img/**'] },
  poweredByHeader: false,
  headers: async () => [
    { source: '/:path*', headers: headersOfAll },
    { source: '/(_next|api|auth)/:path*', headers: headersOfData },
  ],
  // The page imports src/domain and src/protocol, which lie outside web/.
  turbopack: { root },
};

export default config;
