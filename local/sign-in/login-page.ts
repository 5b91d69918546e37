import type { User } from '#local/sign-in/users.ts';

/** The content of a sign-in page. */
export interface LoginPage {
  /** The URL to which the form is sent. */
  readonly action: string;
  /** What one signs in to. */
  readonly application: string;
  readonly users: readonly User[];
  /** The error of the last attempt, if it failed. */
  readonly problem?: string;
}

const texts = {
  en: {
    title: 'Sign in',
    to: (application: string) => `to ${application}`,
    name: 'User name',
    password: 'Password',
    local: 'This page runs on your own machine. You can sign in as',
  },
  ja: {
    title: 'サインイン',
    to: (application: string) => `サインイン先：${application}`,
    name: 'ユーザー名',
    password: 'パスワード',
    local: 'このページはお使いのマシンで動いています。次のユーザーでサインインできます：',
  },
} as const;

export type Language = keyof typeof texts;

/** Returns the HTML of the hosted sign-in page. */
export function loginPage(
  { action, application, users, problem }: LoginPage,
  language: Language,
): string {
  const { title, to, name, password, local } = texts[language];
  const logins = users.map(
    (user) =>
      `<code>${escapeHtml(user.username)}</code> / <code>${escapeHtml(user.password)}</code>`,
  );
  const alert = problem === undefined ? '' : `<p role="alert">${escapeHtml(problem)}</p>`;
  return `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>
:root { color-scheme: light dark; --ink: #1c2022; --quiet: #5d6367; --paper: #fbfaf7; --raised: #fff; --edge: #8a8880; --accent: #0b6b75; --accent-ink: #fff; --bad: #a3361a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eceae4; --quiet: #a3a49d; --paper: #1a1c1b; --raised: #222524; --edge: #7b807c; --accent: #63c1ca; --accent-ink: #06262a; --bad: #f29a82; }
}
body { font: 16px/1.5 system-ui, sans-serif; max-width: 22rem; margin: 12vh auto; padding: 0 1rem; color: var(--ink); background: var(--paper); overflow-wrap: anywhere; }
label { display: block; margin: 1rem 0 .25rem; }
input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem .7rem; color: inherit; background: var(--raised); border: 1px solid var(--edge); border-radius: .4rem; }
button { margin-top: 1.5rem; border: 0; background: var(--accent); color: var(--accent-ink); cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
[role=alert] { color: var(--bad); }
footer { margin-top: 2rem; font-size: .9rem; color: var(--quiet); }
</style>
<main>
<h1>${title}</h1>
<p>${to(escapeHtml(application))}</p>
${alert}
<form method="post" action="${escapeHtml(action)}">
<label for="username">${name}</label><input id="username" name="username" autocomplete="username" required autofocus>
<label for="password">${password}</label><input id="password" name="password" type="password" autocomplete="current-password" required>
<button>${title}</button>
</form>
<footer>${local} ${logins.join(', ')}</footer>
</main>
</html>
`;
}

/** The error text for a wrong user name or password. */
export const wrongPassword = {
  en: 'Incorrect user name or password.',
  ja: 'ユーザー名またはパスワードが正しくありません。',
} as const;

/** Returns the HTML of an error page, for errors that cannot be sent back to the application. */
export function problemPage(error: string, description: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>Sign in</title>
<h1>Sign-in failed</h1>
<p>${escapeHtml(description)} <code>${escapeHtml(error)}</code></p>
</html>
`;
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/gu, (character) => escapes[character] ?? character);
}
