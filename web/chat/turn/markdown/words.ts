const en = {
  copy: 'Copy',
  copied: 'Copied',
  /** A code block whose language is not named. */
  plainCode: 'Text',
  code: (language: string) => `Code, ${language}`,
  table: 'Table',
  done: 'Done',
  toDo: 'To do',
  backTo: (number: number) => `Back to reference ${number}`,
  linkTitle: 'Open this address?',
  linkHint: 'It leads to another site and opens in a new tab.',
  open: 'Open',
  cancel: 'Cancel',
};

const ja: typeof en = {
  copy: 'コピー',
  copied: 'コピーしました',
  plainCode: 'テキスト',
  code: (language) => `コード（${language}）`,
  table: '表',
  done: '完了',
  toDo: '未完了',
  backTo: (number) => `注 ${number} の参照元に戻る`,
  linkTitle: 'このリンクを開きますか？',
  linkHint: '別のサイトを新しいタブで開きます。',
  open: '開く',
  cancel: 'キャンセル',
};

/** The words of what is rendered in an answer. */
export const words = { en, ja };
