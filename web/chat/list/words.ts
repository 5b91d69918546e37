import type { Language } from '../../words/languages.ts';
import type { DayWords } from './group-by-day.ts';

const enDays: DayWords = {
  today: 'Today',
  yesterday: 'Yesterday',
  previous7Days: 'Previous 7 days',
  previous30Days: 'Previous 30 days',
};

const en = {
  ...enDays,
  conversations: 'Conversations',
  noConversations: 'Your conversations will appear here.',
  listFailed: 'Your conversations couldn’t be loaded.',
  loading: 'Loading…',
  tryAgain: 'Try again',
  showMore: 'Show more',
  answering: 'Answer in progress',
  options: (title: string) => `Options for “${title}”`,
  title: 'Title',
  rename: 'Rename',
  exportMarkdown: 'Export as Markdown',
  exportJson: 'Export as JSON',
  print: 'Print',
  delete: 'Delete',
  titleEmpty: 'Give the conversation a title.',
  titleTooLong: 'Titles can be up to 80 characters.',
  deleted: (title: string) => `“${title}” is deleted.`,
  deleteFailed: (title: string) => `“${title}” couldn’t be deleted.`,
  deleteBusy: (title: string) =>
    `“${title}” is being answered. Stop the answer, or wait for its end, and delete it then.`,
  renameFailed: (title: string) => `“${title}” couldn’t be renamed.`,
  exportFailed: (title: string) => `“${title}” couldn’t be exported.`,
  printFailed: 'The older messages couldn’t be loaded, so nothing was printed.',
  fileName: 'Conversation',
};

export type ListWords = typeof en;

const ja: ListWords = {
  today: '今日',
  yesterday: '昨日',
  previous7Days: '過去7日間',
  previous30Days: '過去30日間',
  conversations: '会話一覧',
  noConversations: '会話はここに表示されます。',
  listFailed: '会話一覧を読み込めませんでした。',
  loading: '読み込み中…',
  tryAgain: '再試行',
  showMore: 'さらに表示',
  answering: '回答中',
  options: (title) => `「${title}」のメニュー`,
  title: 'タイトル',
  rename: '名前を変更',
  exportMarkdown: 'Markdown でエクスポート',
  exportJson: 'JSON でエクスポート',
  print: '印刷',
  delete: '削除',
  titleEmpty: 'タイトルを入力してください。',
  titleTooLong: 'タイトルは80文字以内で入力してください。',
  deleted: (title) => `「${title}」を削除しました。`,
  deleteFailed: (title) => `「${title}」を削除できませんでした。`,
  deleteBusy: (title) =>
    `「${title}」は回答中です。回答を停止するか、完了してから削除してください。`,
  renameFailed: (title) => `「${title}」の名前を変更できませんでした。`,
  exportFailed: (title) => `「${title}」をエクスポートできませんでした。`,
  printFailed: '以前のメッセージを読み込めなかったため、印刷しませんでした。',
  fileName: '会話',
};

export const listWords: Record<Language, ListWords> = { en, ja };
