import { requireNode } from './require-node.mjs';

requireNode();
await import('./doctor.ts');
