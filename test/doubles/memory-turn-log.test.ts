import { createMemoryTurnLog } from '#test/doubles/memory-turn-log.ts';
import { describeTurnLogs } from '#test/suites/turn-log-suite.ts';

describeTurnLogs(createMemoryTurnLog);
