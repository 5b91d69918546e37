import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Where Streambed is. In your own project, set this to your copy of it. */
const streambed = fileURLToPath(new URL('../..', import.meta.url));

/** Starts a local Bedrock on a free port, and returns how to use and stop it. */
export async function startBedrock() {
  const options = ['--port', '0', '--ttft', '0', '--tokens-per-second', '0', '--quiet'];
  const child = spawn('npm', ['run', 'bedrock', '--', ...options], {
    cwd: streambed,
    // A process group of its own, because npm does not pass signals on to the server.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = () => child.pid && process.kill(-child.pid, 'SIGTERM');
  // A test run that is interrupted must not leave the server behind.
  process.once('exit', stop);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
  for await (const line of createInterface({ input: child.stdout })) {
    const [, url] = /AWS_ENDPOINT_URL_BEDROCK_RUNTIME=(\S+)/.exec(line) ?? [];
    if (!url) continue;
    const control = async (path, body) => {
      const response = await fetch(`${url}/_streambed/${path}`, body && post(body));
      if (!response.ok) throw new Error(await response.text());
      return response.json();
    };
    return {
      url,
      /** Adds a scenario: what happens to the requests that it matches. */
      addScenario: (scenario) => control('scenarios', scenario),
      /** Returns the requests so far, with their outcomes. */
      requests: async () => (await control('journal')).requests,
      /** Removes scenarios and requests. */
      reset: () => control('reset', {}),
      stop() {
        process.off('exit', stop);
        stop();
      },
    };
  }
  process.off('exit', stop);
  throw new Error('The local Bedrock did not start.');
}

function post(body) {
  return { method: 'POST', body: JSON.stringify(body) };
}
