import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

const required = 24;

/**
 * Ends the process with one sentence unless this is a Node that runs TypeScript. Has compiled code
 * cached, so that the next start is faster.
 */
export function requireNode() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major !== undefined && major >= required) {
    enableCompileCache(join(import.meta.dirname, '..', '.streambed', 'compile-cache'));
    return;
  }
  console.error(
    `Streambed needs Node ${required} or later, and this is Node ${process.versions.node}: ` +
      'use the npm scripts (npm start), which bring their own Node, or install a newer one.',
  );
  process.exit(1);
}
