import { createMemoryConversations } from '#test/doubles/memory-conversations.ts';
import { describeBoundKeys } from '#test/suites/bound-keys-suite.ts';
import { describeContents } from '#test/suites/conversation-contents-suite.ts';
import { describeConversations } from '#test/suites/conversations-suite.ts';

describeConversations(createMemoryConversations);
describeContents(createMemoryConversations);
describeBoundKeys(createMemoryConversations);
