import { createMemoryTurnLog } from '#domain/memory-turn-log.ts';
import { describeTurnLogs } from '../../test/turn-log-suite.ts';

describeTurnLogs(createMemoryTurnLog);
