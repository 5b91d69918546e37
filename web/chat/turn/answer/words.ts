import type { Language } from '../../../words/languages.ts';

const en = {
  thinking: 'Thinking…',
  thoughtFor: (seconds: number) => `Thought for ${seconds} ${seconds === 1 ? 'second' : 'seconds'}`,
  thought: 'Thought',
  seconds: (seconds: number) => `${seconds} s`,
  reconnecting: 'Reconnecting…',
  stopping: 'Stopping…',
  stillWorking: 'Still working',
  nothingNew: (seconds: number) => `nothing new for ${seconds} s`,
  searched: 'Searched the knowledge base',
  found: (count: number) => `${count} ${count === 1 ? 'passage' : 'passages'}`,
  query: 'Query',
  /** What a tool does, by its name; another tool has its name alone. */
  tools: new Map([
    ['current_time', 'Looked up the time'],
    ['read_notes', 'Read your notes'],
    ['add_note', 'Added a note'],
  ]),
  states: {
    running: 'Running',
    done: 'Done',
    failed: 'Failed',
    denied: 'Not allowed',
    unfinished: 'Not finished',
    waiting: 'Waiting',
  },
  input: 'Input',
  result: 'Result',
  failedBecause: 'Error',
  approval: 'Approval needed',
  approvalTitle: (tool: string): string =>
    tool === 'add_note' ? 'Add this note?' : 'Use this tool?',
  approvalText: (tool: string): string =>
    tool === 'add_note'
      ? 'The assistant wants to write to your notes.'
      : 'The assistant wants to use a tool that can change something.',
  allow: 'Allow once',
  deny: 'Don’t allow',
  nothingYet: 'Nothing is written until you decide.',
  waiting: 'Waiting for your approval.',
  source: (number: number) => `Source ${number}`,
  sources: 'Sources',
  openSource: 'Open source',
  close: 'Close',
};

export type AnswerWords = typeof en;

const ja: AnswerWords = {
  thinking: '考えています…',
  thoughtFor: (seconds) => `思考時間 ${seconds}秒`,
  thought: '思考',
  seconds: (seconds) => `${seconds}秒`,
  reconnecting: '再接続しています…',
  stopping: '停止しています…',
  stillWorking: '処理を続けています',
  nothingNew: (seconds) => `${seconds}秒間応答がありません`,
  searched: 'ナレッジを検索',
  found: (count) => `${count}件`,
  query: '検索語',
  tools: new Map([
    ['current_time', '時刻を確認'],
    ['read_notes', 'メモを確認'],
    ['add_note', 'メモを追加'],
  ]),
  states: {
    running: '実行中',
    done: '完了',
    failed: '失敗',
    denied: '許可されませんでした',
    unfinished: '未完了',
    waiting: '待機中',
  },
  input: '入力',
  result: '結果',
  failedBecause: 'エラー',
  approval: '承認が必要',
  approvalTitle: (tool) =>
    tool === 'add_note' ? 'このメモを追加しますか？' : 'このツールを使いますか？',
  approvalText: (tool) =>
    tool === 'add_note'
      ? 'アシスタントがメモに書き込もうとしています。'
      : 'アシスタントが、内容を変更する可能性のあるツールを使おうとしています。',
  allow: '今回だけ許可',
  deny: '許可しない',
  nothingYet: '許可するまで何も書き込まれません。',
  waiting: '承認を待っています。',
  source: (number) => `出典 ${number}`,
  sources: '出典',
  openSource: '原文を開く',
  close: '閉じる',
};

export const answerWords: Record<Language, AnswerWords> = { en, ja };
