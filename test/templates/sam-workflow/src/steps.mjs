let calls = 0;

export const extract = async ({ text, flaky, refuse }) => {
  calls += 1;
  if (flaky && calls % 3 !== 0) throw Object.assign(new Error('try again'), { name: 'Flaky' });
  if (refuse) throw Object.assign(new Error('no'), { name: 'NotADocument' });
  return { text, words: text.split(' ') };
};
