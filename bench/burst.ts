import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';
import { startLocalProcess, type LocalProcess } from '#test/fixtures/local-process.ts';
import { measureTree } from './burst/process-tree.ts';

/*
 * What many cold starts at once cost, and whether their memory is given back. A burst of calls meets
 * a host with one warm environment; the memory of all its processes before the burst is compared
 * with that five seconds after the idle time. Memory is read from /proc, so it needs Linux.
 */

const idleSeconds = 5;

await report('a function of one line', 'cfn-url/template.yaml', ({ state }) => {
  const url = state.outputs['Url'] ?? '';
  return () => fetch(url);
});
await report('the chat function', '../../cdk.out', ({ state }) => {
  const { credentials, region, functions } = state;
  const signer = new AwsClient({ ...credentials, region, service: 'lambda', retries: 0 });
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ message: 'Hello' });
  const url = `${functions['ChatFunction']?.url}chat/stream`;
  return () => signer.fetch(url, { method: 'POST', headers, body });
});

type Call = () => Promise<Response>;

async function report(
  title: string,
  template: string,
  callsOf: (host: LocalProcess) => Call,
): Promise<void> {
  console.log(`\n${title}`);
  for (const count of [100, 200, 500]) {
    const folder = await mkdtemp(join(tmpdir(), 'streambed-bench-'));
    const host = await startLocalProcess(template, folder, '--idle-seconds', String(idleSeconds));
    await measureBurst(host, callsOf(host), count);
    await host.kill('SIGINT');
  }
}

async function measureBurst({ pid }: LocalProcess, call: Call, count: number): Promise<void> {
  await outcomeOf(call);
  await sleep(5_000);
  const before = measureTree(pid);
  const startedAt = performance.now();
  const outcomes = await Promise.all(Array.from({ length: count }, () => outcomeOf(call)));
  const seconds = (performance.now() - startedAt) / 1000;
  const after = measureTree(pid);
  await sleep((idleSeconds + 5) * 1000);
  const later = measureTree(pid);
  const names = [...new Set(outcomes)].toSorted();
  const counts = names.map(
    (name) => `${outcomes.filter((each) => each === name).length} × ${name}`,
  );
  console.log(`  ${count} calls in ${seconds.toFixed(1)} s: ${counts.join(', ')}`);
  const [one, burst, rest] = [before, after, later].map(
    (tree) => `${tree.count} processes with ${tree.pssMb.toFixed(0)} MB`,
  );
  const ratio = (later.pssMb / before.pssMb).toFixed(2);
  console.log(`    ${one} → ${burst} → ${rest} (${ratio} times as much as before)`);
}

/** Returns the status of a whole response, or how the call failed. */
async function outcomeOf(call: Call): Promise<string> {
  try {
    const response = await call();
    await response.text();
    return String(response.status);
  } catch {
    return 'broken connection';
  }
}
