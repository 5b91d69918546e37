import { readOptions } from '#local/process/read-options.ts';
import { soak } from '#test/soak/soak.ts';
import { buildSystem } from './build.ts';

const help = `Lets clients use the local system while its environments are killed, and compares what was
stored, seen and paid.

npm run soak -- --minutes 5

  --minutes N  how long clients send turns (default: 5)
  --clients N  how many clients send turns at the same time (default: 8)
  --kill MS    how often an environment is killed, in milliseconds (default: 2000)`;

const { values } = readOptions({
  options: {
    minutes: { type: 'string', default: '5' },
    clients: { type: 'string', default: '8' },
    kill: { type: 'string', default: '2000' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(help);
} else {
  await buildSystem();
  const { counts, faults } = await soak({
    minutes: readNumber('minutes', values.minutes),
    clients: readNumber('clients', values.clients),
    killEveryMs: readNumber('kill', values.kill),
  });
  console.table(counts);
  for (const fault of faults) console.error(fault);
  console.log(`${faults.length} faults`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

function readNumber(name: string, text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  console.error(`--${name}: must be a number above 0, not ${text}`);
  process.exit(2);
}
