import type { ErrorCode } from '#domain/errors.ts';

/** The languages of the page. */
export type Language = 'en' | 'ja';

/** The language a reader wants, from `Accept-Language`. */
export function pickLanguage(accepted: string | null): Language {
  const first = (accepted ?? '').split(',').find((part) => /^(?:en|ja)/u.test(part.trim()));
  return first?.trim().startsWith('ja') === true ? 'ja' : 'en';
}

const enProblems: Partial<Record<ErrorCode, string>> = {
  conflict: 'Another message of this conversation is being answered.',
  internal: 'Something went wrong on our side.',
  model_error: 'The model had a fault.',
  model_unavailable: 'The model does not answer at the moment.',
  not_found: 'There is no such conversation.',
  quota_exceeded: 'Your limit is reached for the moment.',
  throttled: 'The model is busy. Try again in a moment.',
  timed_out: 'The time for this answer is up.',
};

const en = {
  problems: enProblems,
  newChat: 'New chat',
  conversations: 'Conversations',
  noConversations: 'Your conversations will be listed here.',
  conversationsFailed: 'The list could not be loaded.',
  remove: 'Delete',
  removeQuestion: (title: string) => `Delete “${title}” for good?`,
  removeTitled: (title: string) => `Delete “${title}”`,
  removeFailed: 'It could not be deleted.',
  more: 'Show more',
  older: 'Show older messages',
  loading: 'Loading…',
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
  messageTooLong: (most: number) => `A message may have ${most} characters at most.`,
  stop: 'Stop',
  stopped: 'You stopped this answer.',
  goOn: 'Go on',
  again: 'Another answer',
  edit: 'Edit the message',
  cancel: 'Cancel',
  resend: 'Ask this instead',
  previous: 'Show the one before',
  next: 'Show the next one',
  unreachable: 'The server is out of reach. Check your connection.',
  latest: 'Go to the latest message',
  tokens: (input: number, output: number) => `${input} tokens in, ${output} out`,
};

/** All words of the page in one language. */
export type Words = typeof en;

const ja: Words = {
  problems: {
    conflict: 'この会話では、別のメッセージに回答しているところです。',
    internal: 'こちら側で問題が起きました。',
    model_error: 'モデルに障害が起きました。',
    model_unavailable: 'モデルが今は応答しません。',
    not_found: 'この会話は見つかりません。',
    quota_exceeded: '現在、利用の上限に達しています。',
    throttled: 'モデルが混み合っています。少し待ってからもう一度お試しください。',
    timed_out: 'この回答の制限時間になりました。',
  },
  newChat: '新しいチャット',
  conversations: '会話',
  noConversations: 'ここに会話の一覧が表示されます。',
  conversationsFailed: '一覧を読み込めませんでした。',
  remove: '削除',
  removeQuestion: (title) => `「${title}」を完全に削除しますか？`,
  removeTitled: (title) => `「${title}」を削除`,
  removeFailed: '削除できませんでした。',
  more: 'さらに表示',
  older: '以前のメッセージを表示',
  loading: '読み込んでいます…',
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
  messageTooLong: (most) => `メッセージは${most}文字までです。`,
  stop: '停止',
  stopped: 'この回答は停止されました。',
  goOn: '続きを書く',
  again: '別の回答',
  edit: 'メッセージを編集',
  cancel: 'キャンセル',
  resend: 'この内容で質問',
  previous: '前のものを表示',
  next: '次のものを表示',
  unreachable: 'サーバーに接続できません。通信状態を確認してください。',
  latest: '最新のメッセージへ',
  tokens: (input, output) => `入力 ${input} トークン、出力 ${output} トークン`,
};

export const words: Record<Language, Words> = { en, ja };
