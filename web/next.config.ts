import { resolve } from 'node:path';
import type { NextConfig } from 'next';

/** Nobody may put the page into a frame and have its buttons pressed. */
const pageHeaders = [
  { key: 'content-security-policy', value: "frame-ancestors 'none'" },
  { key: 'x-content-type-options', value: 'nosniff' },
  { key: 'referrer-policy', value: 'no-referrer' },
];

const config: NextConfig = {
  poweredByHeader: false,
  // The page shares src/domain and src/protocol, which lie above it.
  headers: async () => [{ source: '/:path*', headers: pageHeaders }],
  turbopack: { root: resolve(import.meta.dirname, '..') },
};

export default config;
