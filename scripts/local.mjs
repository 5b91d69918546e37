import { requireNode } from './require-node.mjs';

requireNode();
await import('../local/main.ts');
