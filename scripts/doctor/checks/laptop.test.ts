import { expect, test } from 'vitest';
import { checkLaptop, type LaptopFacts } from '#scripts/doctor/checks/laptop.ts';

const sound: LaptopFacts = {
  nodeVersion: '24.21.0',
  stale: [],
  takenPorts: [],
  deadState: undefined,
};

test('nothing is wrong with a machine that is ready', () => {
  expect(checkLaptop(sound)).toEqual([]);
});

const faults: readonly (readonly [string, Partial<LaptopFacts>, object])[] = [
  [
    'an old Node',
    { nodeVersion: '20.19.0' },
    { check: 'node', severity: 'error', message: expect.stringContaining('Node 20.19.0') },
  ],
  [
    'a bundle that is older than its sources',
    { stale: [{ name: 'the functions', isMissing: false }] },
    { check: 'build', severity: 'warning', resource: 'the functions' },
  ],
  [
    'a missing build',
    { stale: [{ name: 'the page', isMissing: true }] },
    { check: 'build', severity: 'error', message: 'was not built yet' },
  ],
  [
    'a port that is taken',
    { takenPorts: [{ port: 4566, option: '--port' }] },
    { check: 'port', resource: 'port 4566', fix: expect.stringContaining('--port 5566') },
  ],
  [
    'the state file of a system that is gone',
    { deadState: '.streambed/local.json' },
    { check: 'state', severity: 'warning', resource: '.streambed/local.json' },
  ],
];

test.each(faults)('%s is named', (_, change, expected) => {
  expect(checkLaptop({ ...sound, ...change })).toEqual([expect.objectContaining(expected)]);
});
