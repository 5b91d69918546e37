import { resolve } from 'node:path';
import type { NextConfig } from 'next';

/** `frame-ancestors` prevents clickjacking: no other site may show the page in a frame. */
const pageHeaders = [
  { key: 'content-security-policy', value: "frame-ancestors 'none'" },
  { key: 'x-content-type-options', value: 'nosniff' },
  { key: 'referrer-policy', value: 'no-referrer' },
];

const root = resolve(import.meta.dirname, '..');

const config: NextConfig = {
  // The build is a folder that runs wherever Node does: scripts/build.ts completes it.
  output: 'standalone',
  outputFileTracingRoot: root,
  // Native code for images, which the page does not resize.
  outputFileTracingExcludes: { '**': ['../node_modules/sharp/**', '../node_modules/@img/**'] },
  poweredByHeader: false,
  headers: async () => [{ source: '/:path*', headers: pageHeaders }],
  // The page imports src/domain and src/protocol, which lie outside web/.
  turbopack: { root },
};

export default config;
