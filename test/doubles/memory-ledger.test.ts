import { createMemoryLedger } from '#test/doubles/memory-ledger.ts';
import { describeLedgers } from '#test/suites/ledger-suite.ts';

describeLedgers(createMemoryLedger);
