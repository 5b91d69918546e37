import type { Language } from '../words/languages.ts';

const en = {
  navigation: 'Navigation',
  newChat: 'New chat',
  search: 'Search',
  documents: 'Documents',
  tasks: 'Tasks',
  knowledge: 'Knowledge',
  spending: 'Spending',
  settings: 'Settings',
  openMenu: 'Open the menu',
  hideRail: 'Hide the sidebar',
  showRail: 'Show the sidebar',
  local: 'Local',
  faults: 'Faults',
  behind: 'Behind the answer',
  localNote: 'Local system. Answers are simulated and nothing is billed.',
  skipToContent: 'Skip to the content',
  copied: 'Copied',
  copyFailed: 'The answer couldn’t be copied.',
  undo: 'Undo',
  close: 'Close',
};

export type ShellWords = typeof en;

const ja: ShellWords = {
  navigation: 'ナビゲーション',
  newChat: '新しいチャット',
  search: '検索',
  documents: 'ドキュメント',
  tasks: 'タスク',
  knowledge: 'ナレッジ',
  spending: '利用料金',
  settings: '設定',
  openMenu: 'メニューを開く',
  hideRail: 'サイドバーを隠す',
  showRail: 'サイドバーを表示',
  local: 'ローカル',
  faults: '障害テスト',
  behind: '回答の裏側',
  localNote: 'ローカル環境です。模擬の回答で、料金はかかりません。',
  skipToContent: '本文へ移動',
  copied: 'コピーしました',
  copyFailed: '回答をコピーできませんでした。',
  undo: '元に戻す',
  close: '閉じる',
};

export const shellWords: Record<Language, ShellWords> = { en, ja };
