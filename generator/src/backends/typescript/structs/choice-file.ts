import type { IntMemberIR, StructIR } from '../../../ir/structs.js';
import { clause, comment, doc } from '../docs.js';
import { loadAtom } from '../expressions.js';
import { constant, fn, importAll, type Parameter, type Statement, VIEW_END } from '../render.js';
import { fileOf, identOf } from './shape-names.js';
import { SUPPORT_IMPORT } from './support-import.js';

/** The module a struct of several shapes has under its own name: it looks which shape the bytes have, and asks that one. */
export function choiceFile(struct: StructIR): Statement[] {
  const shapes = chosenShapes(struct);
  const describeParameters: readonly Parameter[] = [...VIEW_END, { name: 'code', type: 'number' }];
  return [
    SUPPORT_IMPORT,
    ...shapes.map((key) => importAll(`./${fileOf(key)}.js`, identOf(key))),
    [
      ...comment('The struct in any of its shapes, told apart by `name`.'),
      'export type AnyStruct =',
      ...shapes.map((key, i) => `  | ${identOf(key)}.Struct${i + 1 === shapes.length ? ';' : ''}`),
    ].join('\n'),
    constant('SHAPES', shapeList(shapes), doc(struct.doc, howText(struct), clause(struct.spec))),
    fn({
      name: 'check',
      parameters: VIEW_END,
      returns: 'number',
      doc: doc(
        'Whether bytes p..end-1 begin with the struct in any of its shapes: 0, or an ErrorCode.',
        'end must not exceed view.byteLength. Never throws.',
      ),
      body: dispatch(struct, (key) => `return ${identOf(key)}.check(view, p, end);`, 'return ErrorCode.UNKNOWN_ARM;'),
    }),
    fn({
      name: 'decode',
      parameters: VIEW_END,
      returns: 'AnyStruct | WireError',
      doc: doc('Reads bytes p..end-1 into the object form of the shape they have.'),
      body: dispatch(struct, (key) => `return ${identOf(key)}.decode(view, p, end);`, `return ${unknown(struct)};`),
    }),
    fn({
      name: 'decodeExact',
      parameters: VIEW_END,
      returns: 'AnyStruct | WireError',
      doc: doc('Like decode, but bytes behind the struct are an error.'),
      body: ['return exact_struct(decode(view, p, end));'],
    }),
    fn({
      name: 'describe',
      parameters: describeParameters,
      returns: 'WireError',
      doc: doc(
        'The error check found in bytes p..end-1, with field, offset and numbers. `code` is what check returned.',
      ),
      body: dispatch(
        struct,
        (key) => `return ${identOf(key)}.describe(view, p, end, code);`,
        `return ${unknown(struct)};`,
      ),
    }),
  ];
}

function shapeList(shapes: readonly string[]): string {
  const keys = shapes.map((key) => `'${key}'`);
  const line = `[${keys.join(', ')}] as const`;
  return line.length <= 96 ? line : `[\n${keys.map((key) => `  ${key},\n`).join('')}] as const`;
}

/** Every shape the bytes can choose, the one for the fewest bytes or for the lowest tag first. */
export function chosenShapes({ choice, shapes }: StructIR): string[] {
  if (choice.by === 'size') return [...choice.shapes];
  if (choice.by === 'none') return shapes.slice(0, 1).map((s) => s.key);
  const cases = choice.cases.map((c) => c.shape);
  return choice.otherwise === null ? cases : [...new Set([...cases, choice.otherwise])];
}

function howText({ choice }: StructIR): string {
  if (choice.by === 'tag') return `The value of ${choice.tag} tells the shape.`;
  return 'The number of bytes tells the shape: the longest that fits.';
}

const minSize = (struct: StructIR, key: string): number => struct.shapes.find((s) => s.key === key)?.minSize ?? 0;

function tagOf(struct: StructIR): IntMemberIR | undefined {
  const { choice } = struct;
  if (choice.by !== 'tag') return undefined;
  return struct.shapes[0]?.fields.find((f): f is IntMemberIR => f.kind === 'int' && f.name === choice.tag);
}

function unknown(struct: StructIR): string {
  const tag = tagOf(struct);
  if (tag === undefined || struct.choice.by !== 'tag') return '';
  const known = struct.choice.cases.flatMap((c) => c.values).join(', ');
  return `unknown_arm('${struct.name}', '${tag.name}', ${tag.offset}, '${known}', ${loadAtom(tag.type, 'p', tag.offset)})`;
}

function dispatch(struct: StructIR, take: (key: string) => string, otherwise: string): string[] {
  const { choice } = struct;
  if (choice.by === 'size') {
    const [first = '', ...longer] = choice.shapes;
    return [...longer.reverse().map((key) => `if (end - p >= ${minSize(struct, key)}) ${take(key)}`), take(first)];
  }
  const tag = tagOf(struct);
  if (choice.by === 'none' || tag === undefined) return [take(struct.shapes[0]?.key ?? '')];
  return [
    `if (!(end - p >= ${tag.offset + tag.size})) ${take(struct.shapes[0]?.key ?? '')}`,
    `switch (${loadAtom(tag.type, 'p', tag.offset)}) {`,
    ...choice.cases.flatMap(({ values, shape }) => [...values.map((v) => `  case ${v}:`), `    ${take(shape)}`]),
    '  default:',
    `    ${choice.otherwise === null ? otherwise : take(choice.otherwise)}`,
    '}',
  ];
}
