import type { User } from '#local/sign-in/users.ts';

export interface LoginPage {
  /** Where the form goes. */
  readonly action: string;
  readonly clientName: string;
  readonly users: readonly User[];
  /** What was wrong with the last attempt. */
  readonly problem?: string;
}

const words = {
  en: {
    title: 'Sign in',
    to: 'to',
    name: 'User name',
    password: 'Password',
    local: 'This page runs on your own machine. You can sign in as',
  },
  ja: {
    title: 'サインイン',
    to: '→',
    name: 'ユーザー名',
    password: 'パスワード',
    local: 'このページはお使いのマシンで動いています。次のユーザーでサインインできます：',
  },
} as const;

export type Language = keyof typeof words;

/** The hosted page where people sign in. */
export function loginPage(
  { action, clientName, users, problem }: LoginPage,
  language: Language,
): string {
  const { title, to, name, password, local } = words[language];
  const known = users.map(
    (user) => `<code>${escaped(user.username)}</code> / <code>${escaped(user.password)}</code>`,
  );
  const alert = problem === undefined ? '' : `<p role="alert">${escaped(problem)}</p>`;
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 22rem; margin: 12vh auto; padding: 0 1rem; color: #1a1a1a; background: #fff; }
label { display: block; margin: 1rem 0 .25rem; }
input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem .7rem; border: 1px solid #767676; border-radius: .4rem; }
button { margin-top: 1.5rem; border: 0; background: #0b5cad; color: #fff; cursor: pointer; }
[role=alert] { color: #a3150c; }
footer { margin-top: 2rem; font-size: .9rem; color: #555; }
</style>
<h1>${title}</h1>
<p>${to} ${escaped(clientName)}</p>
${alert}
<form method="post" action="${escaped(action)}">
<label for="username">${name}</label><input id="username" name="username" autocomplete="username" required autofocus>
<label for="password">${password}</label><input id="password" name="password" type="password" autocomplete="current-password" required>
<button>${title}</button>
</form>
<footer>${local} ${known.join(', ')}</footer>
</html>
`;
}

export const wrongPassword = {
  en: 'Incorrect user name or password.',
  ja: 'ユーザー名またはパスワードが正しくありません。',
} as const;

/** What is shown where nobody can be sent back to the application. */
export function problemPage(error: string, description: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sign in</title>
<h1>This sign-in cannot go on</h1>
<p>${escaped(description)} <code>${escaped(error)}</code></p>
</html>
`;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/gu, (character) => escapes[character] ?? character);
}
