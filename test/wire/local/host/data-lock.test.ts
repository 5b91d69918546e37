import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostText } from '#test/fixtures/host-template.ts';
import { startLocalProcess } from '#test/fixtures/local-process.ts';

const template = 'Resources: { Queue: { Type: AWS::SQS::Queue } }';

const newFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'streambed-'));

async function startProgram(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log("up")']);
  await once(child.stdout, 'data');
  return child;
}

test('only the lock of a running system keeps others from its data directory', async () => {
  const program = await startProgram();
  const contents = ['', 'noise', '\0\0\0', '-1', '0', '1', '99999999', `${process.pid}`];
  for (const content of [...contents, `${program.pid}`]) {
    const data = await newFolder();
    for (const file of ['in-use-by', 'lock']) await writeFile(join(data, file), content);
    const system = await hostText(template, { data });
    expect(await readFile(join(data, 'in-use-by'), 'utf8')).toBe(`${process.pid}`);
    await system.close();
    expect(existsSync(join(data, 'in-use-by'))).toBe(false);
  }
  program.kill();
});

test('a second system in the same process is refused', async () => {
  const data = await newFolder();
  const system = await hostText(template, { data });
  await expect(hostText(template, { data })).rejects.toThrow(
    `${data} is in use by process ${process.pid}. Stop it, or use another with --data.`,
  );
  await system.close();
  await (await hostText(template, { data })).close();
});

test('a running system locks whatever its files say, and a killed one does not', async () => {
  const folder = await newFolder();
  const data = join(folder, 'data');
  const running = await startLocalProcess('cfn-stores/template.yaml', folder);
  for (const content of ['', 'noise', '99999999']) {
    await writeFile(join(data, 'in-use-by'), content);
    await expect(hostText(template, { data })).rejects.toThrow(`${data} is in use by `);
  }
  await running.kill('SIGKILL');
  expect(existsSync(join(data, 'in-use-by'))).toBe(true);
  await (await hostText(template, { data })).close();
});

test('of systems that start at the same moment, exactly one gets the data directory', async () => {
  for (let round = 0; round < 3; round += 1) {
    const data = await newFolder();
    await writeFile(join(data, 'lock'), round === 0 ? '' : 'noise');
    const starts = await Promise.allSettled(
      Array.from({ length: 4 }, () => hostText(template, { data })),
    );
    const winners = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
    expect(winners).toHaveLength(1);
    await winners[0]?.close();
  }
});

test('of processes that start at the same moment, exactly one gets the data directory', async () => {
  const [first, second] = [await newFolder(), await newFolder()];
  const data = join(first, 'data');
  const starts = await Promise.allSettled(
    [first, second].map((folder) =>
      startLocalProcess('cfn-stores/template.yaml', folder, '--data', data),
    ),
  );
  const winners = starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : []));
  expect(winners).toHaveLength(1);
  await winners[0]?.kill('SIGTERM');
});
