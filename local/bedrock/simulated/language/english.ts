import {
  bulletedList,
  numberedList,
  quoted,
  sampleCode,
  type Voice,
} from '#local/bedrock/simulated/language/voice.ts';

/** The English sentences of the simulated model. */
export const english: Voice = {
  summaryHeading: 'In short:',
  mark: '(Simulated) ',
  separator: ' ',
  label: (agent) =>
    '> **Simulated answer.** ' +
    (agent === undefined
      ? 'The local Bedrock wrote this text by fixed rules, without calling a model.'
      : `Agent \`${agent}\` of the local Bedrock wrote this text by fixed rules, without calling a model.`),
  greeting: (name, agent) =>
    `Hello${name === undefined ? '' : `, ${name}`}! ` +
    (agent === undefined
      ? "I am Streambed's simulated model. "
      : `I am the agent \`${agent}\`, and Streambed's simulated model writes my answers. `) +
    'Ask me a question, give me a text to summarise, or request a number of words.\n\n' +
    bulletedList([
      'I remember what you said earlier in this conversation.',
      'I answer in English or Japanese, whichever you write in.',
      'I can add, multiply and divide: try `12 * 7`.',
    ]),
  userName: (name) =>
    name === undefined
      ? 'You have not told me your name in this conversation yet.'
      : `Your name is **${name}**. You told me earlier in this conversation.`,
  calculation: (expression, value) => `\`${expression}\` is **${value}**.`,
  earlierMessages: (messages) =>
    messages.length === 0
      ? 'This is the first thing you have said in this conversation.'
      : `So far in this conversation you said:\n\n${numberedList(messages)}`,
  sentiment: ({ label, score }) =>
    `The sentiment is **${label}** (score ${score.toFixed(2)} from -1 to 1).`,
  keyPhrases: (phrases) => `Key phrases:\n\n${bulletedList(phrases)}`,
  reasoning: (topic) =>
    `${topic === undefined ? '' : `The question is about ${topic}. `}First I read the ` +
    'conversation so far, then I work out what the question asks for, and then I write the answer.',
  toolUse: (names) => {
    const list = names.map((name) => `\`${name}\``).join(' and ');
    return `(Simulated) I will use the ${names.length === 1 ? 'tool' : 'tools'} ${list} for this.`;
  },
  toolResults: (results) => `The tool returned:\n\n${quoted(results)}`,
  notFound: (titles) =>
    `The sources do not answer this question. I searched: ${titles.join(', ')}.`,
  unreadable: (titles) =>
    `I cannot read ${titles.join(', ')}: the local Bedrock reads PDF, HTML and text.`,
  explanation,
  sentences: (topic = 'this subject') => [
    `A text about ${topic} has to begin somewhere, and this one begins here.`,
    `Most people discover ${topic} by accident and stay out of curiosity.`,
    'Something that looks simple from a distance often has many parts.',
    'Each part can be understood on its own, and that is a good way to begin.',
    `It helps to ask what the world would be like without ${topic}.`,
    'A good example is worth more than a long explanation.',
    'Measure before you decide, and write down what you saw.',
    'The details change from year to year, but the idea stays the same.',
    `People who work with ${topic} every day soon stop noticing the small things.`,
    'Mistakes are cheap as long as they are made early.',
    'There is always one more question, and it is usually the useful one.',
    'The things that are left out matter as much as the things that are said.',
  ],
};

function explanation(topic: string | undefined, earlierTopic: string | undefined): string {
  const opening = topic === undefined ? '' : `You asked about **${topic}**. `;
  return [
    ...(topic === undefined ? [] : [`## About ${topic}`]),
    `${opening}A real model would answer from what it has learned. This simulation answers with ` +
      'a text of the same shape, so that you can see how an answer streams, how it is stored, and ' +
      'how the page renders it.',
    '### How to go about it',
    numberedList([
      `Say in one sentence what you want to know${topic === undefined ? '' : ` about ${topic}`}.`,
      'Write the smallest example that shows it, and run it.',
      'Change one thing at a time, and note what happens.',
    ]),
    '### A small example',
    sampleCode(topic ?? 'your topic'),
    '### At a glance',
    '| Question | Where to look |\n| --- | --- |\n| What is it? | The first paragraph of its documentation |\n| Does it work? | A test that fails without it |\n| What does it cost? | The usage of this turn |',
    closing(topic, earlierTopic),
  ].join('\n\n');
}

function closing(topic: string | undefined, earlierTopic: string | undefined): string {
  if (topic === undefined) return 'Name a subject, and I will write about it.';
  if (earlierTopic === undefined || earlierTopic === topic) {
    return `Ask me to go deeper into any part of ${topic}.`;
  }
  return `Earlier you asked about ${earlierTopic}; ask me to compare the two.`;
}
