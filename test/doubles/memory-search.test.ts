import { createMemoryConversations } from '#test/doubles/memory-conversations.ts';
import { createMemorySearch } from '#test/doubles/memory-search.ts';
import { describeSearch } from '#test/suites/search-suite.ts';

describeSearch(() => {
  const conversations = createMemoryConversations();
  return { conversations, ...createMemorySearch(conversations) };
});
