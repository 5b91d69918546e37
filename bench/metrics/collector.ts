import { startCollector } from '#test/fixtures/collector.ts';

/* A collector in a process of its own, so that its CPU time counts for no turn. */

const collector = await startCollector();
process.on('disconnect', () => process.exit());
process.send?.(collector.url);
