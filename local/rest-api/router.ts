/** The path and HTTP method that a request is matched against. */
export interface RoutePattern {
  /** The path of its resource, with `{parameters}`. */
  readonly resourcePath: string;
  /** `ANY` for every method. */
  readonly httpMethod: string;
}

/** The method that matches a request, with the parameters of its path. */
export interface RouteMatch<Method> {
  readonly method: Method;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** The path parameters as sent, not decoded. */
  readonly rawParameters: Readonly<Record<string, string>>;
}

/**
 * Finds the method for a request, or `undefined`. Like API Gateway, it first selects the resource,
 * segment by segment: exact before `{parameter}` before greedy `{proxy+}`. It then selects the
 * resource's method: a named one before `ANY`.
 */
export function findRoute<Method extends RoutePattern>(
  methods: readonly Method[],
  httpMethod: string,
  path: string,
): RouteMatch<Method> | undefined {
  const resources = [...new Set(methods.map(({ resourcePath }) => resourcePath))];
  const [resource] = resources
    .flatMap((resourcePath) => {
      const pathParameters = match(resourcePath, path);
      return pathParameters === undefined ? [] : [{ resourcePath, pathParameters }];
    })
    .toSorted((a, b) => (rank(a.resourcePath) < rank(b.resourcePath) ? -1 : 1));
  if (resource === undefined) return undefined;
  const own = methods.filter(({ resourcePath }) => resourcePath === resource.resourcePath);
  const method =
    own.find((candidate) => candidate.httpMethod === httpMethod) ??
    own.find((candidate) => candidate.httpMethod === 'ANY');
  if (method === undefined) return undefined;
  const rawParameters = resource.pathParameters;
  const decoded = Object.entries(rawParameters).map(
    ([name, value]) => [name, decodeURIComponent(value)] as const,
  );
  return { method, rawParameters, pathParameters: Object.fromEntries(decoded) };
}

function match(template: string, path: string): Record<string, string> | undefined {
  const parts = segmentsOf(template);
  const segments = segmentsOf(path);
  const parameters: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index];
    const [, name, plus] = /^\{([\w.-]+)(\+?)\}$/u.exec(part) ?? [];
    if (segment === undefined) return undefined;
    if (name === undefined) {
      if (part !== segment) return undefined;
    } else if (plus === '+') {
      return { ...parameters, [name]: segments.slice(index).join('/') };
    } else {
      parameters[name] = segment;
    }
  }
  return parts.length === segments.length ? parameters : undefined;
}

/** Splits a path at its slashes. Adjacent slashes, or one at the end, make an empty segment. */
function segmentsOf(path: string): readonly string[] {
  const inner = path.replace(/^\//u, '');
  return inner === '' ? [] : inner.split('/');
}

/** The sort key of a resource, with a digit for each segment: 0 exact, 1 parameter, 2 greedy. */
function rank(resourcePath: string): string {
  const segments = resourcePath.split('/').filter(Boolean);
  return segments.map((part) => (part.endsWith('+}') ? 2 : Number(part.startsWith('{')))).join('');
}
