import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { renderTemplate, templateInput } from '#local/rest-api/integration/mapping-template.ts';

const body = JSON.stringify({
  text: ' Ünder /a,b,,c,, ',
  words: ['one', 'two', 'three'],
  none: null,
  empty: {},
  map: { a: 1, size: 'own', nested: { list: [{ id: 'x' }, { id: 'y' }] } },
  'odd key': true,
  ok: false,
});

const parameters = {
  path: { id: 'p' },
  querystring: { id: 'q', page: '2' },
  header: { 'x-own': 'h' },
};

const variables = {
  context: { requestId: 'r-1', identity: { caller: null } },
  stageVariables: { stage: 'dev' },
  input: templateInput(body, parameters),
};

/** Renders a template in which `$b` is the body and `$t` its text without spaces at the ends. */
function rendered(template: string): string {
  const start = "#set($b = $input.path('$'))#set($t = $b.text.trim())";
  return renderTemplate(start + template, variables);
}

test.each([
  ['[$!b.none][$!b.missing][$!b.none.deeper]', '[][][]'],
  ['[$b.none][$b.missing]', '[$b.none][$b.missing]'],
  ['$b.words $b.map.nested', '[one, two, three] {list=[{id=x}, {id=y}]}'],
  ["$t.contains('a,b') $t.contains('z')", 'true false'],
  ["$t.replace(',', ';') $t.replace('.', '!')", 'Ünder /a;b;;c;; Ünder /a,b,,c,,'],
  ["$t.replaceAll('[,]+', '-') $t.replaceFirst(',', '.')", 'Ünder /a-b-c- Ünder /a.b,,c,,'],
  ["$t.replaceAll('(.),(.)', '$2$1')", 'Ünder /bac,,,'],
  [
    String.raw`$t.replaceAll('\/|\-', '\\\$0').replaceAll('b', '<$0>')`,
    String.raw`Ünder \$0a,<b>,,c,,`,
  ],
  [
    "$t.split(',') $t.split(',').size() $t.split(',', 2)",
    '[Ünder /a, b, , c] 4 [Ünder /a, b,,c,,]',
  ],
  ['$t.length() $t.substring(7) $t.substring(0, 5)', '15 a,b,,c,, Ünder'],
  ["$t.indexOf('a') $t.lastIndexOf(',') $t.indexOf('z') $t.charAt(0)", '7 14 -1 Ü'],
  [
    "$t.startsWith('Ün') $t.endsWith(',,') $t.toUpperCase() $t.toLowerCase()",
    'true true ÜNDER /A,B,,C,, ünder /a,b,,c,,',
  ],
  [
    "$t.matches('.nder') $t.matches('.nder.*') $t.isEmpty() $b.text.trim().concat('!')",
    'false true false Ünder /a,b,,c,,!',
  ],
  [
    "$b.words.get(0).equals('one') $b.words[1].equalsIgnoreCase('TWO') $t.equals($b)",
    'true true false',
  ],
  ['$b.map.a.equals(1) $b.map.a.toString().length() $b.ok.toString()', 'true 1 false'],
  [
    "$b.words.size() $b.words.isEmpty() $b.words.contains('two') $b.words.indexOf('three')",
    '3 false true 2',
  ],
  [
    '$b.words.empty #set($none = [])$none.empty #if($none.empty)none#end $t.empty $!b.words.length',
    'false true none false ',
  ],
  ["$b.words.add('four') $b.words.size() $b.words.remove(0) $b.words.get(0)", 'true 4 one two'],
  [
    '#set($l = [])#set($x = $l.add(1))#set($x = $l.addAll([2, 3]))$l $l.subList(1, 3)',
    '[1, 2, 3] [2, 3]',
  ],
  ["$b.map.size() $b.map.get('size') $b.map.get('a') $!b.map.get('none')", '3 own 1 '],
  [
    "$b.map.containsKey('a') $b.map.containsKey('toString') $b.map.containsValue(1)",
    'true false true',
  ],
  [
    '$b.map.keySet() $b.empty.isEmpty() $b.map.isEmpty() $b.empty.values()',
    '[a, size, nested] true false []',
  ],
  [
    "[$!b.empty.put('k', 'v')] $b.empty.put('k', 'w') $b.empty.remove('k') $b.empty.size()",
    '[] v w 0',
  ],
  ["$b.map.getOrDefault('z', 'none') $b.get('odd key')", 'none true'],
  [
    '#foreach($e in $b.map.entrySet())$e.key=$e.getKey():$!e.value#if($foreach.hasNext), #end#end',
    'a=a:1, size=size:own, nested=nested:{list=[{id=x}, {id=y}]}',
  ],
  [
    '#foreach($w in $b.words)$foreach.index/$foreach.count/$velocityCount:$w#if($foreach.hasNext) #end#end',
    '0/1/1:one 1/2/2:two 2/3/3:three',
  ],
  ['#foreach($k in $b.map.keySet())$k#break#end', 'a'],
  ['#set($n = 7 / 2)$n #set($n = 7 % 4)$n #set($n = 6.5 / 4)$n', '3 3 1.625'],
  [
    '#foreach($v in $b.map)$v#break#end|$!v|#foreach($w in $b.words)$w #end#set($v = 2)$v',
    '1||one two three 2',
  ],
  [
    "#if($b.none == '')a#end#if($b.missing != '')b#end#if($b.map.a == '1')c#end#if($b.words == $b.words)d#end",
    'acd',
  ],
  ['$util.escapeJavaScript("a\'b")', "a\\'b"],
  ["$util.urlEncode('a b&ü~*') $util.urlDecode('a+b%26')", 'a+b%26%C3%BC%7E* a b&'],
  ["$util.base64Encode('ü') $util.base64Decode('w7w=')", 'w7w= ü'],
  ['$util.parseJson(\'{"a":[1]}\').a.get(0)', '1'],
  [
    "$input.json('$.words') $input.json('$.map.nested.list[1].id') $input.json('$.none')",
    '["one","two","three"] "y" null',
  ],
  ["$input.json('$.missing') $input.json('$[\"odd key\"]')", '"" true'],
  [
    "$input.path('$.map.nested.list[*].id') $input.path('$.words[0]') $input.path('$').words.size()",
    '[x, y] one 3',
  ],
  [
    "$input.params('id') $input.params('page') $input.params('X-Own') [$input.params('none')]",
    'p 2 h []',
  ],
  [
    "$input.params().keySet() $input.params().get('querystring').get('id')",
    '[path, querystring, header] q',
  ],
  ['$input.body.length()', String(body.length)],
  ['$context.requestId $stageVariables.stage $stageVariables.get("stage")', 'r-1 dev dev'],
  ['[$context.identity.caller][$context.none.deeper][$stageVariables.none]', '[][][]'],
])('%s renders as in API Gateway', (template, expected) => {
  expect(rendered(template)).toBe(expected);
});

test('JavaScript is escaped as Java does', () => {
  const input = templateInput(JSON.stringify('"/\\\n\u0001ü😀'), parameters);
  const template = "$util.escapeJavaScript($input.path('$'))";
  expect(renderTemplate(template, { input })).toBe('\\"\\/\\\\\\n\\u0001\\u00FC\\uD83D\\uDE00');
});

test('a template reaches nothing of the host', () => {
  const template = "$t.constructor $t.getClass() $b.map.get('constructor') $b.map.get('__proto__')";
  expect(rendered(template)).toBe(template.replaceAll('"', "'"));
});

test('numbers stay as they were written in the JSON of a body', () => {
  const input = templateInput('{"a": 1.0, "id": 12345678901234567890}', parameters);
  expect(renderTemplate("$input.json('$')", { input })).toBe('{"a":1.0,"id":12345678901234567890}');
});

test('a body that is no JSON is a text, unless it looks like JSON', () => {
  const render = (text: string): string =>
    renderTemplate("$input.path('$') $input.json('$')", { input: templateInput(text, parameters) });
  expect(render('a=1&b=2')).toBe('a=1&b=2 "a=1&b=2"');
  expect(() => render('{"a":')).toThrow('The body is not JSON.');
});

test('a template may define blocks, and write maps whose values are null', () => {
  const template = `
    #define( $fields ){#foreach($name in $map.keySet())
      #set( $value = $util
        .escapeJavaScript($map.get($name))
        .replaceAll("\\\\'", "'") )
      "$name": "$value"#if( $foreach.hasNext ),#end
    #end}#end
    #set( $body = $input.json("$.words") )
    { "body": $body,
      #set( $map = $context.identity ) "identity": $fields,
      #set( $map = $input.params().path ) "path": $fields }`;
  const rendering = renderTemplate(template, {
    ...variables,
    input: templateInput(body, { ...parameters, path: { id: "it's" } }),
  });
  expect(JSON.parse(rendering)).toEqual({
    body: ['one', 'two', 'three'],
    identity: { caller: '' },
    path: { id: "it's" },
  });
});

/** The template of the CDK's StepFunctionsIntegration, with everything that it can include. */
function cdkTemplate(): string {
  const library = dirname(createRequire(import.meta.url).resolve('aws-cdk-lib/package.json'));
  const file = join(library, 'aws-apigateway/lib/integrations/stepfunctions.vtl');
  return readFileSync(file, 'utf8')
    .replace('%STATEMACHINE%', 'arn')
    .replace('%REQUESTCONTEXT%', '{@@id@@:@@$context.requestId@@}')
    .replaceAll(/%INCLUDE_\w+%/gu, 'true');
}

test("the CDK's template of an execution's input renders", () => {
  const text = JSON.stringify({ text: `it's "quoted" \\ and\nbroken`, none: null });
  const authorizer = { principalId: 'ada' };
  const rendering = renderTemplate(cdkTemplate(), {
    ...variables,
    context: { ...variables.context, authorizer },
    input: templateInput(text, parameters),
  });
  const { stateMachineArn, input } = JSON.parse(rendering);
  expect(stateMachineArn).toBe('arn');
  expect(JSON.parse(input)).toEqual({
    body: JSON.parse(text),
    header: parameters.header,
    querystring: parameters.querystring,
    path: parameters.path,
    authorizer,
    requestContext: { id: 'r-1' },
  });
});

const thousand = '#foreach($i in [1..1000])';

test.each([`${thousand}${thousand}${thousand}x#end#end#end`, `$input.body.matches("(a+)+")`])(
  'a template without an end is an error, and does not hold up the host: %s',
  (template) => {
    const input = templateInput(`${'a'.repeat(4000)}b`, parameters);
    expect(() => renderTemplate(template, { ...variables, input })).toThrow(/takes longer than/u);
  },
);
