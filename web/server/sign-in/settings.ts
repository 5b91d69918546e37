/** How people sign in on the page. */
export interface SignInSettings {
  readonly issuer: URL;
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  /** The audience to ask for; undefined for a Cognito user pool, whose tokens have none. */
  readonly audience: string | undefined;
  /** The scopes to ask for, separated by spaces. */
  readonly scope: string;
}

export interface PageSettings {
  /** The origin of the page, such as `https://chat.example.com`. */
  readonly origin: URL;
  readonly tableName: string;
  /** Undefined if nobody can sign in. */
  readonly signIn: SignInSettings | undefined;
  /** Whether people who have not signed in may chat. */
  readonly allowsGuests: boolean;
  readonly calls: Calls;
  /** Where browsers upload and download files: the origin of the bucket's addresses. */
  readonly filesOrigin: string | undefined;
}

/** Who calls the functions: the page's server by their URLs, or the browser through the REST API. */
export type Calls =
  | { readonly type: 'server' }
  /** The address has no slash at its end. */
  | { readonly type: 'direct'; readonly apiUrl: string };

type Variables = Readonly<Record<string, string | undefined>>;

/** Reads who may use the page. Throws an error that names the variable at fault. */
export function readPageSettings(variables: Variables = process.env): PageSettings {
  const allowsGuests = variables['ALLOW_GUESTS'] === 'true';
  const issuer = variables['SIGN_IN_ISSUER'];
  if (issuer === undefined && !allowsGuests) {
    throw new Error('SIGN_IN_ISSUER: must be set, unless ALLOW_GUESTS is true');
  }
  return {
    origin: secureUrl('PAGE_ORIGIN', requireVariable(variables, 'PAGE_ORIGIN')),
    tableName: requireVariable(variables, 'CONVERSATIONS_TABLE'),
    allowsGuests,
    calls: readCalls(variables),
    filesOrigin: readOrigin(variables, 'FILES_ORIGIN'),
    signIn:
      issuer === undefined
        ? undefined
        : {
            issuer: secureUrl('SIGN_IN_ISSUER', issuer),
            clientId: requireVariable(variables, 'SIGN_IN_CLIENT'),
            clientSecret: variables['SIGN_IN_CLIENT_SECRET'],
            audience: variables['SIGN_IN_AUDIENCE'],
            scope: readScope(variables['SIGN_IN_SCOPE'] ?? 'openid email profile'),
          },
  };
}

function readCalls(variables: Variables): Calls {
  const mode = variables['PAGE_MODE'] ?? 'server';
  if (mode === 'server') return { type: mode };
  if (mode !== 'direct') throw new Error('PAGE_MODE: must be server or direct');
  const url = secureUrl('API_URL', requireVariable(variables, 'API_URL'));
  return { type: mode, apiUrl: url.href.replace(/\/$/u, '') };
}

function readOrigin(variables: Variables, name: string): string | undefined {
  const text = variables[name] ?? '';
  return text === '' ? undefined : secureUrl(name, text).origin;
}

/** Without `openid` an issuer sends no ID token, and so does not say who has signed in. */
function readScope(scope: string): string {
  if (scope.split(' ').includes('openid')) return scope;
  throw new Error('SIGN_IN_SCOPE: must be scopes separated by spaces, and openid among them');
}

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Codes, tokens and cookies must not travel in the clear, except within a machine. */
function secureUrl(name: string, text: string): URL {
  const url = URL.parse(text);
  const isSecure =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.has(url.hostname));
  if (url !== null && isSecure) return url;
  throw new Error(`${name}: must be an https URL, not ${JSON.stringify(text)}`);
}

function requireVariable(variables: Variables, name: string): string {
  const value = variables[name];
  if (value === undefined || value === '') throw new Error(`${name}: must be set`);
  return value;
}
