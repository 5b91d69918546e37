import { createMemoryIssuerKeys } from '#test/doubles/memory-issuer-keys.ts';
import { describeIssuerKeys } from '#test/suites/issuer-keys-suite.ts';

describeIssuerKeys(createMemoryIssuerKeys);
