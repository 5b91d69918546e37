import { createMemoryConversations } from '#domain/memory-conversations.ts';
import { describeConversations } from '../../test/conversations-suite.ts';

describeConversations(createMemoryConversations);
