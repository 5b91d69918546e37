import type { FunctionFacts, StackFacts, StatementFacts, UrlFacts } from '#scripts/doctor/facts.ts';
import type { Finding } from '#scripts/doctor/finding.ts';

/** The functions of Streambed whose Function URL streams. */
const streaming = new Set([
  'ChatFunction',
  'ConversationStreamFunction',
  'InvokeFunction',
  'LangChainFunction',
]);

/** Judges the Function URLs of a stack: who may call them, from which pages, and whether they stream. */
export function checkUrls({ functions, pageOrigin }: StackFacts): readonly Finding[] {
  return functions.flatMap((each) => [
    ...checkPolicy(each),
    ...(each.url === undefined
      ? []
      : [
          ...checkAccess(each, each.url),
          ...checkPermissions(each, each.url),
          ...checkMode(each, each.url),
          ...checkOrigin(each, each.url, pageOrigin),
        ]),
  ]);
}

/** The setting `publicChat` sets this variable. */
function isMeantPublic({ environment }: FunctionFacts): boolean {
  return environment['ALLOW_ANONYMOUS'] === 'true';
}

function checkAccess(own: FunctionFacts, { authType }: UrlFacts): readonly Finding[] {
  if (authType !== 'NONE' || isMeantPublic(own)) return [];
  return [
    {
      check: 'url-access',
      severity: 'error',
      resource: own.logicalId,
      message: 'its Function URL is open to everybody (AuthType NONE), which no setting asks for',
      fix: `aws lambda update-function-url-config --function-name ${own.name} --auth-type AWS_IAM`,
    },
  ];
}

/** A public function is called through its URL, every other one by its own account. */
function checkPolicy(own: FunctionFacts): readonly Finding[] {
  const { logicalId, name, policy = [] } = own;
  const isOpen = policy.some(({ action, isPublic, conditions }) => {
    const keys = Object.keys(conditions);
    const isForUrl = action === 'lambda:InvokeFunctionUrl' || keys.length > 0;
    const isNarrow = keys.some((key) => !(key in urlConditions));
    return isPublic && !isNarrow && !(isForUrl && isMeantPublic(own));
  });
  if (!isOpen) return [];
  return [
    {
      check: 'policy-access',
      severity: 'error',
      resource: logicalId,
      message: 'its resource policy is for everybody (Principal *), which no setting asks for',
      fix: `aws lambda get-policy --function-name ${name}, then remove-permission with the statement's id`,
    },
  ];
}

const urlConditions: Readonly<Record<string, string>> = {
  'lambda:FunctionUrlAuthType': 'NONE',
  'lambda:InvokedViaFunctionUrl': 'true',
};

/** What a public URL needs, with the option that the command for it needs. */
const needed = [
  ['lambda:InvokeFunctionUrl', '--function-url-auth-type NONE'],
  ['lambda:InvokeFunction', '--invoked-via-function-url'],
] as const;

function checkPermissions(own: FunctionFacts, { authType }: UrlFacts): readonly Finding[] {
  const { logicalId, name, policy } = own;
  if (authType !== 'NONE' || policy === undefined || !isMeantPublic(own)) return [];
  return needed
    .filter(([action]) => !policy.some((statement) => grants(statement, action)))
    .map(([action, option]) => ({
      check: 'url-permissions',
      severity: 'error',
      resource: logicalId,
      message: `its public Function URL answers 403: everybody needs ${action}, too`,
      fix: `aws lambda add-permission --function-name ${name} --statement-id ${action.replace(':', '-')} --action ${action} --principal '*' ${option}`,
    }));
}

function grants({ action, isPublic, conditions }: StatementFacts, needs: string): boolean {
  return (
    isPublic &&
    [needs, 'lambda:*', '*'].includes(action) &&
    Object.entries(conditions).every(([key, value]) => urlConditions[key] === value)
  );
}

function checkMode(own: FunctionFacts, { invokeMode }: UrlFacts): readonly Finding[] {
  if (invokeMode !== 'BUFFERED' || !streaming.has(own.logicalId)) return [];
  return [
    {
      check: 'invoke-mode',
      severity: 'error',
      resource: own.logicalId,
      message: 'its Function URL holds answers back until they are complete (BUFFERED)',
      fix: `aws lambda update-function-url-config --function-name ${own.name} --invoke-mode RESPONSE_STREAM`,
    },
  ];
}

function checkOrigin(
  { logicalId }: FunctionFacts,
  { allowOrigins }: UrlFacts,
  pageOrigin: string | undefined,
): readonly Finding[] {
  if (pageOrigin === undefined || allowOrigins.some((each) => isSame(each, pageOrigin))) return [];
  return [
    {
      check: 'cors',
      severity: 'error',
      resource: logicalId,
      message: `browsers on ${pageOrigin} may not call its Function URL`,
      fix: `Deploy with -c allowedOrigins=${[pageOrigin, ...allowOrigins].join(',')}`,
    },
  ];
}

function isSame(allowed: string, origin: string): boolean {
  return allowed === '*' || allowed === origin || (isHere(allowed) && isHere(origin));
}

/** The page of a laptop calls the URLs from its server, on whichever port it has. */
function isHere(origin: string): boolean {
  return /^http:\/\/(?:localhost|127\.0\.0\.1)(?::|$)/u.test(origin);
}
