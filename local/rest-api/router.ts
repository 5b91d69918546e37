import type { MethodDefinition } from '#local/stack.ts';

export interface Route {
  readonly method: MethodDefinition;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * The method for a request, as API Gateway picks it: exact segments before `{parameters}`, those
 * before a greedy `{proxy+}`, and a named HTTP method before `ANY`.
 */
export function findRoute(
  methods: readonly MethodDefinition[],
  httpMethod: string,
  path: string,
): Route | undefined {
  const candidates = methods.flatMap((method) => {
    if (method.httpMethod !== httpMethod && method.httpMethod !== 'ANY') return [];
    const pathParameters = match(method.resourcePath, path);
    return pathParameters === undefined ? [] : [{ method, pathParameters }];
  });
  return candidates.toSorted((a, b) => rank(a.method) - rank(b.method))[0];
}

function match(template: string, path: string): Record<string, string> | undefined {
  const wanted = template.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const segment = given[index];
    const [, name, plus] = /^\{([\w.-]+)(\+?)\}$/u.exec(part) ?? [];
    if (segment === undefined) return undefined;
    if (name === undefined) {
      if (part !== segment) return undefined;
    } else if (plus === '+') {
      return { ...parameters, [name]: given.slice(index).map(decodeURIComponent).join('/') };
    } else {
      parameters[name] = decodeURIComponent(segment);
    }
  }
  return wanted.length === given.length ? parameters : undefined;
}

function rank({ resourcePath, httpMethod }: MethodDefinition): number {
  const greedy = resourcePath.includes('+}') ? 1_000 : 0;
  const parameters = resourcePath.split('{').length - 1;
  return greedy + parameters * 10 + (httpMethod === 'ANY' ? 1 : 0);
}
