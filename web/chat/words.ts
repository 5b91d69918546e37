/** The languages of the page. */
export type Language = 'en' | 'ja';

/** The language a reader wants, from `Accept-Language`. */
export function pickLanguage(accepted: string | null): Language {
  const first = (accepted ?? '').split(',').find((part) => /^(?:en|ja)/u.test(part.trim()));
  return first?.trim().startsWith('ja') === true ? 'ja' : 'en';
}

const en = {
  newChat: 'New chat',
  conversations: 'Conversations',
  noConversations: 'Your conversations will be listed here.',
  conversationsFailed: 'The list could not be loaded.',
  remove: 'Delete',
  removeTitled: (title: string) => `Delete “${title}”`,
  openMenu: 'Show conversations',
  closeMenu: 'Hide conversations',
  welcome: 'What would you like to know?',
  welcomeHint: 'Answers appear as they are written. Every message is kept, also when you leave.',
  suggestions: [
    'Explain how Lambda streams a response',
    'Write 300 words about mountain rivers',
    'What is 12 * 7',
  ],
  messageLabel: 'Message',
  placeholder: 'Write a message',
  send: 'Send',
  you: 'You',
  assistant: 'Assistant',
  transcript: 'Conversation',
  generating: 'Writing an answer…',
  done: 'The answer is complete.',
  retry: 'Try again',
  partial: 'The answer broke off here.',
  tooLong: 'The answer reached its length limit.',
  stillRunning: 'This answer is still being written elsewhere.',
  unreachable: 'The server is out of reach. Check your connection.',
  latest: 'Go to the latest message',
  tokens: (input: number, output: number) => `${input} tokens in, ${output} out`,
};

/** All words of the page in one language. */
export type Words = typeof en;

const ja: Words = {
  newChat: '新しいチャット',
  conversations: '会話',
  noConversations: 'ここに会話の一覧が表示されます。',
  conversationsFailed: '一覧を読み込めませんでした。',
  remove: '削除',
  removeTitled: (title) => `「${title}」を削除`,
  openMenu: '会話の一覧を表示',
  closeMenu: '会話の一覧を隠す',
  welcome: '何を知りたいですか？',
  welcomeHint: '回答は書かれるそばから表示されます。途中でページを離れても、すべて保存されます。',
  suggestions: [
    'Lambda のストリーミング応答について教えてください',
    '山の川について300文字で書いてください',
    '12 * 7 はいくつですか',
  ],
  messageLabel: 'メッセージ',
  placeholder: 'メッセージを入力',
  send: '送信',
  you: 'あなた',
  assistant: 'アシスタント',
  transcript: '会話の内容',
  generating: '回答を書いています…',
  done: '回答が完了しました。',
  retry: 'もう一度試す',
  partial: '回答はここで途切れました。',
  tooLong: '回答が長さの上限に達しました。',
  stillRunning: 'この回答はまだ別の場所で書かれています。',
  unreachable: 'サーバーに接続できません。通信状態を確認してください。',
  latest: '最新のメッセージへ',
  tokens: (input, output) => `入力 ${input} トークン、出力 ${output} トークン`,
};

export const words: Record<Language, Words> = { en, ja };
