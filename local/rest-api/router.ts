/** A method of a resource, as far as it is chosen by a request. */
export interface RoutePattern {
  /** The path of its resource, with `{parameters}`. */
  readonly resourcePath: string;
  /** `ANY` for every method. */
  readonly httpMethod: string;
}

export interface RouteMatch<Method> {
  readonly method: Method;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** The parameters as they stood in the path, not decoded. */
  readonly rawParameters: Readonly<Record<string, string>>;
}

/**
 * The method for a request. As API Gateway does, the resource is chosen first, segment by segment:
 * exact before `{parameter}` before greedy `{proxy+}`; then its method, a named one before `ANY`.
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
  const wanted = segmentsOf(template);
  const given = segmentsOf(path);
  const parameters: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const segment = given[index];
    const [, name, plus] = /^\{([\w.-]+)(\+?)\}$/u.exec(part) ?? [];
    if (segment === undefined) return undefined;
    if (name === undefined) {
      if (part !== segment) return undefined;
    } else if (plus === '+') {
      return { ...parameters, [name]: given.slice(index).join('/') };
    } else {
      parameters[name] = segment;
    }
  }
  return wanted.length === given.length ? parameters : undefined;
}

/** What is between slashes, empty where two meet; a slash at the end is part of nothing. */
function segmentsOf(path: string): readonly string[] {
  const inner = path.replace(/^\//u, '');
  return inner === '' ? [] : inner.split('/');
}

/** Sorts by the kind of each segment: 0 exact, 1 parameter, 2 greedy. */
function rank(resourcePath: string): string {
  const segments = resourcePath.split('/').filter(Boolean);
  return segments.map((part) => (part.endsWith('+}') ? 2 : Number(part.startsWith('{')))).join('');
}
