import { createMemoryConversations } from '#test/doubles/memory-conversations.ts';
import { describeConversations } from '#test/suites/conversations-suite.ts';

describeConversations(createMemoryConversations);
