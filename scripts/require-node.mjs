const required = 24;

/** Ends the process with one sentence unless this is a Node that runs TypeScript. */
export function requireNode() {
  const [major] = process.versions.node.split('.').map(Number);
  if (major !== undefined && major >= required) return;
  console.error(
    `Streambed needs Node ${required} or later, and this is Node ${process.versions.node}: ` +
      'use the npm scripts (npm start), which bring their own Node, or install a newer one.',
  );
  process.exit(1);
}
