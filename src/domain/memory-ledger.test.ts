import { createMemoryLedger } from '#domain/memory-ledger.ts';
import { describeLedgers } from '../../test/ledger-suite.ts';

describeLedgers(createMemoryLedger);
