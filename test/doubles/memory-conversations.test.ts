import { createMemoryConversations } from '#test/doubles/memory-conversations.ts';
import { describeBoundKeys } from '#test/suites/bound-keys-suite.ts';
import { describeConversations } from '#test/suites/conversations-suite.ts';

describeConversations(createMemoryConversations);
describeBoundKeys(createMemoryConversations);
