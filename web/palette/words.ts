import type { ShortcutName } from '../shell/keyboard/shortcuts.ts';
import type { Language } from '../words/languages.ts';

const enShortcuts: Record<ShortcutName, string> = {
  palette: 'Search and commands',
  'new-chat': 'New chat',
  'copy-answer': 'Copy the last answer',
  behind: 'Behind the answer',
  rail: 'Show or hide the sidebar',
  print: 'Print the conversation',
  shortcuts: 'All shortcuts',
  send: 'Send',
  'send-with-mod': 'Send, if chosen in the settings',
  'new-line': 'New line',
  'edit-last': 'Edit the last question, in an empty composer',
  'close-or-stop': 'Close what is open, or stop the answer',
};

const en = {
  does: enShortcuts,
  title: 'Search and commands',
  results: 'Results',
  conversations: 'Conversations',
  commands: 'Commands',
  searching: 'Searching…',
  failed: 'The search failed. Titles that are loaded are shown.',
  nothing: (query: string) => `Nothing found for “${query}”. Try another word.`,
  quoted: (excerpt: string) => `“${excerpt}”`,
  theme: { system: 'System theme', light: 'Light theme', dark: 'Dark theme' },
  otherLanguage: '日本語で表示',
  choose: 'choose',
  open: 'open',
  allShortcuts: 'all shortcuts',
  close: 'Close',
  shortcutsTitle: 'Keyboard shortcuts',
};

export type PaletteWords = typeof en;

const jaShortcuts: Record<ShortcutName, string> = {
  palette: '検索とコマンド',
  'new-chat': '新しいチャット',
  'copy-answer': '最後の回答をコピー',
  behind: '回答の裏側',
  rail: 'サイドバーの表示・非表示',
  print: '会話を印刷',
  shortcuts: 'ショートカット一覧',
  send: '送信',
  'send-with-mod': '送信（設定で選択した場合）',
  'new-line': '改行',
  'edit-last': '最後の質問を編集（入力欄が空のとき）',
  'close-or-stop': '開いているものを閉じる、または回答を停止',
};

const ja: PaletteWords = {
  does: jaShortcuts,
  title: '検索とコマンド',
  results: '結果',
  conversations: '会話',
  commands: '操作',
  searching: '検索中…',
  failed: '検索できませんでした。読み込み済みのタイトルから表示しています。',
  nothing: (query) => `「${query}」は見つかりません。別の言葉をお試しください。`,
  quoted: (excerpt) => `「${excerpt}」`,
  theme: { system: 'システムのテーマ', light: 'ライトテーマ', dark: 'ダークテーマ' },
  otherLanguage: 'Switch to English',
  choose: '選択',
  open: '開く',
  allShortcuts: 'ショートカット一覧',
  close: '閉じる',
  shortcutsTitle: 'キーボードショートカット',
};

export const paletteWords: Record<Language, PaletteWords> = { en, ja };
