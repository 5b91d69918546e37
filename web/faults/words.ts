import type { Language } from '../words/languages.ts';
import type { Fault } from './fault-names.ts';

interface FaultSentences {
  /** What the fault does. */
  readonly what: string;
  /** What the reader will see. */
  readonly expect: string;
}

const cutOff: Pick<FaultSentences, 'expect'> = {
  expect: 'The answer is cut off. What arrived is saved, and Continue gets the rest.',
};
const heldBack: Pick<FaultSentences, 'expect'> = {
  expect: 'A line below the answer says that it was held back, also after a reload.',
};

const enFaults: Readonly<Record<Fault, FaultSentences>> = {
  stall: {
    what: 'The model falls silent in mid-answer for 12 seconds, then goes on.',
    expect: '“Still working” after 5 seconds. Stop works at once.',
  },
  throttle: {
    what: 'Bedrock refuses every attempt because of its quotas.',
    expect: '“The model is busy” after some retries. Your message is saved, and you can try again.',
  },
  cut: { what: 'The connection to the model is reset in mid-answer.', ...cutOff },
  frame: { what: 'The stream ends in the middle of a frame.', ...cutOff },
  timeout: {
    what: 'The model times out before it says anything.',
    expect: 'After some retries: the model can’t be reached. Your message is saved.',
  },
  guardrail: { what: 'A guardrail blocks the answer after a few words.', ...heldBack },
  filter: { what: 'The model’s own filter ends the answer early.', ...heldBack },
  slow: {
    what: 'The first token takes 2 seconds, and then five arrive in a second.',
    expect: 'The words come one by one. Nothing else changes.',
  },
  unavailable: {
    what: 'AWS has switched off the model, and its fallbacks too.',
    expect: 'At once, and without a retry: the model can’t be reached. Your message is saved.',
  },
  offline: {
    what: 'This tab loses its network. Other tabs go on.',
    expect: '“Reconnecting”. When the network is back, the answer arrives by itself, once.',
  },
};

const en = {
  lead: 'Break an answer on purpose and see how the page copes.',
  scope:
    'Only your own answers have the fault, in all your tabs. Failed calls still count for the system’s circuit breaker: after five in a row, everybody’s calls to that model are refused for some seconds.',
  billed: 'The real Bedrock answers here, and it can’t be made to fail. Only Offline is possible.',
  group: 'Fault',
  faults: enFaults,
  expect: 'What you’ll see:',
  often: 'How often',
  next: 'Next answer',
  every: 'Every answer',
  offlineNext: 'For 8 seconds',
  offlineEvery: 'Until switched off',
  arm: 'Arm',
  disarm: 'Switch off',
  tryIt: 'Try it',
  question: 'Tell me about rivers',
  loading: 'Loading…',
  failed: 'The local system can’t be reached, so the fault couldn’t be read or changed.',
  tryAgain: 'Try again',
  noneArmed: 'No fault is armed.',
  offlineNow: 'This tab is offline.',
  armedNext: (name: string) => `${name}: armed for the next answer.`,
  armedEvery: (name: string) => `${name}: armed for every answer until you switch it off.`,
  inUse: (name: string) => `${name}: the current answer has it.`,
  used: (name: string) => `${name}: it happened.`,
  uses: (count: number) => (count === 1 ? 'Applied to 1 call.' : `Applied to ${count} calls.`),
};

export type FaultsWords = typeof en;

const jaCutOff: Pick<FaultSentences, 'expect'> = {
  expect: '回答が途中で途切れます。ここまでの内容は保存され、「続ける」で残りを取得できます。',
};
const jaHeldBack: Pick<FaultSentences, 'expect'> = {
  expect: '回答の下に、表示を控えたことが示されます。再読み込みしても変わりません。',
};

const jaFaults: FaultsWords['faults'] = {
  stall: {
    what: '回答の途中でモデルが12秒間沈黙し、その後に再開します。',
    expect: '5秒後に「処理を続けています」と表示されます。停止はすぐに効きます。',
  },
  throttle: {
    what: '割り当て超過として、すべての試行が拒否されます。',
    expect: '何度か再試行した後、モデルの混雑が示されます。メッセージは保存され、再試行できます。',
  },
  cut: { what: '回答の途中で、モデルとの接続がリセットされます。', ...jaCutOff },
  frame: { what: 'フレームの途中でストリームが終わります。', ...jaCutOff },
  timeout: {
    what: 'モデルが何も出力しないままタイムアウトします。',
    expect: '何度か再試行した後、モデルに接続できないことが示されます。メッセージは保存されます。',
  },
  guardrail: { what: '数語の後、ガードレールが回答をブロックします。', ...jaHeldBack },
  filter: { what: 'モデル自身のフィルターが回答を早く終わらせます。', ...jaHeldBack },
  slow: {
    what: '最初のトークンまで2秒かかり、その後は1秒に5トークンずつ届きます。',
    expect: '言葉が少しずつ表示されます。ほかの動作は変わりません。',
  },
  unavailable: {
    what: 'モデルも代替のモデルも、提供が終了しています。',
    expect: '再試行せずに、モデルに接続できないことが示されます。メッセージは保存されます。',
  },
  offline: {
    what: 'このタブだけネットワークから切り離されます。ほかのタブは影響を受けません。',
    expect:
      '「再接続しています」と表示されます。ネットワークが戻ると、回答が自動で一度だけ届きます。',
  },
};

const ja: FaultsWords = {
  lead: 'わざと障害を起こし、画面の動きを確かめます。',
  scope:
    '障害が起きるのは、あなたの回答だけです（すべてのタブが対象）。ただし失敗した呼び出しは共通のサーキットブレーカーに数えられ、5回続くと、全員のそのモデルへの呼び出しが数秒間拒否されます。',
  billed: 'ここでは本物の Bedrock が回答するため、試せる障害はオフラインだけです。',
  group: '障害',
  faults: jaFaults,
  expect: '期待する動作：',
  often: '頻度',
  next: '次の回答',
  every: '毎回',
  offlineNext: '8秒間',
  offlineEvery: '解除するまで',
  arm: '設定',
  disarm: '解除',
  tryIt: 'お試し',
  question: '川について教えてください',
  loading: '読み込み中…',
  failed: 'ローカル環境に接続できないため、障害の状態を確認または変更できませんでした。',
  tryAgain: '再試行',
  noneArmed: '障害は設定されていません。',
  offlineNow: 'このタブはオフラインです。',
  armedNext: (name) => `${name}：次の回答で発生します。`,
  armedEvery: (name) => `${name}：解除するまで毎回発生します。`,
  inUse: (name) => `${name}：現在の回答で発生しています。`,
  used: (name) => `${name}：発生しました。`,
  uses: (count) => `適用は${count}回です。`,
};

export const faultsWords: Record<Language, FaultsWords> = { en, ja };
