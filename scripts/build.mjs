import { requireNode } from './require-node.mjs';

requireNode();
const { buildAll } = await import('./build.ts');
await buildAll();
