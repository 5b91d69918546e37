import type { Language } from '../words/languages.ts';
import type { CallbackState } from './task-state.ts';

export interface TasksWords {
  readonly prompt: string;
  readonly placeholder: string;
  readonly submit: string;
  readonly callback: string;
  readonly callbackUrl: string;
  readonly callbackHint: string;
  readonly notAUrl: string;
  readonly notAllowed: string;
  readonly tooLong: (max: string) => string;
  readonly submitFailed: string;
  readonly none: string;
  readonly noneHint: string;
  readonly list: string;
  readonly untitled: string;
  readonly states: Readonly<Record<'queued' | 'running' | 'succeeded' | 'failed', string>>;
  readonly characters: (count: string) => string;
  readonly callbackStates: Readonly<Record<CallbackState, string>>;
  readonly noCallback: string;
  readonly attempts: (count: number) => string;
  readonly nextAttempt: (time: string) => string;
  /** Says why the last attempt failed, from the server's sentence. */
  readonly lastProblem: (problem: string) => string;
  readonly steps: Readonly<Record<'queued' | 'running' | 'succeeded' | 'failed', string>>;
  readonly path: string;
  readonly stillQueued: string;
  readonly stillRunning: string;
  readonly detailsFailed: string;
  readonly taskFailed: string;
  readonly answerSoFar: string;
  readonly tokens: (count: string) => string;
  readonly cost: (price: string) => string;
  readonly secret: string;
  readonly secretHint: string;
  readonly secretFailed: string;
  readonly show: string;
  readonly hide: string;
  readonly renew: string;
  readonly renewTitle: string;
  readonly renewHint: string;
  readonly renewed: string;
  readonly close: string;
}

const en: TasksWords = {
  prompt: 'What should be done?',
  placeholder: 'Describe the task. You don’t have to wait for it.',
  submit: 'Send',
  callback: 'Callback',
  callbackUrl: 'Address of the callback',
  callbackHint: 'When the task ends, its result is sent there, signed with your callback secret.',
  notAUrl: 'Enter a whole address, such as https://hooks.example.net/streambed.',
  notAllowed:
    'This address isn’t allowed. It must begin with https:// and have a public host name, without a port, user or password.',
  tooLong: (max) => `A task can be up to ${max} characters.`,
  submitFailed: 'The task wasn’t accepted.',
  none: 'No tasks yet',
  noneHint: 'Describe one above. It goes on when you close this page.',
  list: 'Your tasks',
  untitled: 'Task',
  states: { queued: 'Queued', running: 'Running', succeeded: 'Done', failed: 'Failed' },
  characters: (count) => `${count} characters`,
  callbackStates: {
    waiting: 'Callback waiting',
    pending: 'Callback on its way',
    retrying: 'Callback retrying',
    delivered: 'Callback delivered',
    failed: 'Callback failed',
  },
  noCallback: 'No callback',
  attempts: (count) => (count === 1 ? '1 attempt' : `${count} attempts`),
  nextAttempt: (time) => `next one from ${time}`,
  lastProblem: (problem) => problem,
  steps: { queued: 'Queued', running: 'Started', succeeded: 'Done', failed: 'Failed' },
  path: 'What happened',
  stillQueued: 'The task waits for its turn. You can leave this page.',
  stillRunning: 'The answer appears here when it is complete. You can leave this page.',
  detailsFailed: 'This task couldn’t be loaded.',
  taskFailed: 'The task failed.',
  answerSoFar: 'What had been written until then is below.',
  tokens: (count) => `${count} tokens`,
  cost: (price) => `would cost ${price} on AWS`,
  secret: 'Callback secret',
  secretHint:
    'Your server checks with this secret that a callback comes from here. Keep it to yourself.',
  secretFailed: 'The secret couldn’t be loaded.',
  show: 'Show',
  hide: 'Hide',
  renew: 'Renew',
  renewTitle: 'Renew the secret?',
  renewHint:
    'Callbacks are signed with the new secret and, for one more day, with the old one too.',
  renewed: 'This is the new secret. The old one signs for one more day.',
  close: 'Close',
};

const ja: TasksWords = {
  prompt: '依頼内容',
  placeholder: '依頼内容を入力してください。終わるまで待つ必要はありません。',
  submit: '送信',
  callback: 'コールバック',
  callbackUrl: 'コールバック先のアドレス',
  callbackHint: 'タスクが終わると、署名付きの結果をこのアドレスに送信します。',
  notAUrl: 'https://hooks.example.net/streambed のように、アドレス全体を入力してください。',
  notAllowed:
    'このアドレスは使用できません。https:// で始まり、公開されたホスト名が必要です。ポート番号、ユーザー名、パスワードは指定できません。',
  tooLong: (max) => `依頼内容は${max}文字以内で入力してください。`,
  submitFailed: 'タスクが受け付けられませんでした。',
  none: 'タスクはまだありません',
  noneHint: '上の欄に依頼内容を入力してください。ページを閉じても処理は続きます。',
  list: 'タスク一覧',
  untitled: 'タスク',
  states: { queued: '受付', running: '実行中', succeeded: '完了', failed: '失敗' },
  characters: (count) => `${count}文字`,
  callbackStates: {
    waiting: 'コールバック待ち',
    pending: 'コールバック送信中',
    retrying: 'コールバック再送待ち',
    delivered: 'コールバック送信済み',
    failed: 'コールバック失敗',
  },
  noCallback: 'コールバックなし',
  attempts: (count) => `${count}回送信`,
  nextAttempt: (time) => `${time} 以降に再送信`,
  lastProblem: (problem) => {
    const [, status] = /answered (\d{3})/u.exec(problem) ?? [];
    if (status !== undefined) return `送信先の応答：${status}`;
    return problem.includes('not public')
      ? '公開されていないアドレスのため、送信できません。'
      : '送信先に接続できませんでした。';
  },
  steps: { queued: '受付', running: '開始', succeeded: '完了', failed: '失敗' },
  path: '経過',
  stillQueued: '順番を待っています。このページを離れても処理は続きます。',
  stillRunning: '完了すると、ここに回答が表示されます。このページを離れても処理は続きます。',
  detailsFailed: 'タスクを読み込めませんでした。',
  taskFailed: 'タスクは失敗しました。',
  answerSoFar: 'それまでに書かれた内容は、以下のとおりです。',
  tokens: (count) => `${count} トークン`,
  cost: (price) => `AWS での料金の目安 ${price}`,
  secret: 'コールバックの署名鍵',
  secretHint: 'コールバックの送信元を確認するための鍵です。他の人に知らせないでください。',
  secretFailed: '署名鍵を読み込めませんでした。',
  show: '表示',
  hide: '隠す',
  renew: '更新',
  renewTitle: '署名鍵を更新しますか？',
  renewHint: '新しい鍵で署名します。以前の鍵による署名も、あと1日続きます。',
  renewed: '新しい署名鍵です。以前の鍵による署名は、あと1日続きます。',
  close: '閉じる',
};

export const tasksWords: Record<Language, TasksWords> = { en, ja };
