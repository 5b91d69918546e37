import { afterAll, expect, test } from 'vitest';
import { rounds } from '#test/fixtures/rounds.ts';
import { startSystem } from '#test/fixtures/system.ts';
import { burst } from '#test/soak/burst.ts';
import { soak } from '#test/soak/soak.ts';

/*
 * Clients use the system as it is deployed while environments are killed, and many clients come at
 * once. The long test takes a minute, and 500 clients.
 */

const isLong = rounds > 1;
const tables: Record<string, Readonly<Record<string, number>>> = {};

afterAll(() => console.table(tables));

test(
  'killed environments lose nothing, and nothing is paid for twice',
  { timeout: isLong ? 300_000 : 120_000 },
  async () => {
    const minutes = isLong ? 1 : 0.1;
    const { counts, faults } = await soak({ minutes, clients: isLong ? 8 : 4, killEveryMs: 2_000 });
    tables['soak'] = counts;
    expect(faults).toEqual([]);
    expect(counts['environments killed']).toBeGreaterThan(0);
  },
);

test.each(['url', 'api'] as const)(
  'a burst of streams through the %s is whole or throttled, and whole when it is offered again',
  { timeout: 300_000 },
  async (route) => {
    const count = isLong ? 500 : 20;
    const system = await startSystem({ tokensPerSecond: 100 });
    try {
      const { counts, faults, wholeAtOnce, attempts } = await burst(system, route, count);
      tables[route] = { ...counts, wholeAtOnce, attempts };
      expect(faults).toEqual([]);
      expect(wholeAtOnce).toBeGreaterThanOrEqual(0.4 * count);
    } finally {
      await system.close();
    }
  },
);
