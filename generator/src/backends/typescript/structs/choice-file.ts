import type { ChosenIR, IntMemberIR, StructIR, TagChoiceIR } from '../../../ir/structs.js';
import { chosenBy } from '../../../ir/structs.js';
import { clause, comment, doc } from '../docs.js';
import { loadAtom } from '../expressions.js';
import { constant, fn, importAll, type Parameter, type Statement, VIEW_END } from '../render.js';
import { fileOf, identOf } from './shape-names.js';
import { SUPPORT_IMPORT } from './support-import.js';

/** The module a struct of several shapes has under its own name: it looks which shape the bytes have, and asks that one. */
export function choiceFile(struct: StructIR, isElement = false): Statement[] {
  const shapes = chosenShapes(struct);
  const request: readonly Parameter[] = struct.choice.by === 'request' ? [{ name: 'request', type: 'number' }] : [];
  const args = request.length === 0 ? '' : ', request';
  const about = struct.choice.by === 'request' ? `\`request\` is ${struct.choice.tag} of the request.` : '';
  const describeParameters: readonly Parameter[] = [...VIEW_END, { name: 'code', type: 'number' }, ...request];
  const parameters = [...VIEW_END, ...request];
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
      parameters,
      returns: 'number',
      doc: doc(
        'Whether bytes p..end-1 begin with the struct in any of its shapes: 0, or an ErrorCode.',
        'end must not exceed view.byteLength. Never throws.',
        about,
      ),
      body: dispatch(
        struct,
        (key) => `return ${identOf(key)}.check(view, p, end);`,
        () => 'return ErrorCode.UNKNOWN_ARM;',
      ),
    }),
    fn({
      name: 'decode',
      parameters,
      returns: 'AnyStruct | WireError',
      doc: doc('Reads bytes p..end-1 into the object form of the shape they have.', about),
      body: dispatch(
        struct,
        (key) => `return ${identOf(key)}.decode(view, p, end);`,
        (choice) => `return ${unknown(struct, choice)};`,
      ),
    }),
    fn({
      name: 'decodeExact',
      parameters,
      returns: 'AnyStruct | WireError',
      doc: doc('Like decode, but bytes behind the struct are an error.'),
      body: [`return exact_struct(decode(view, p, end${args}));`],
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
        (choice) => `return ${unknown(struct, choice)};`,
      ),
    }),
    ...(isElement ? elementFunctions(struct, shapes) : []),
  ];
}

function shapeList(shapes: readonly string[]): string {
  const keys = shapes.map((key) => `'${key}'`);
  const line = `[${keys.join(', ')}] as const`;
  return line.length <= 96 ? line : `[\n${keys.map((key) => `  ${key},\n`).join('')}] as const`;
}

/** What an array of such structs needs of each: its size, and a way to write it that `name` tells the shape of. */
function elementFunctions(struct: StructIR, shapes: readonly string[]): Statement[] {
  const sizeOf = (key: string): string =>
    `return ${struct.shapes.find((s) => s.key === key)?.maxSize ?? `${identOf(key)}.size(view, p)`};`;
  return [
    fn({
      name: 'size',
      parameters: VIEW_END.slice(0, 2),
      returns: 'number',
      doc: doc('Bytes of the struct. Right only after check.'),
      body: dispatch(struct, sizeOf, () => 'return 0;', false),
    }),
    [
      ...comment('What encode_struct takes: the object form of any of the shapes, told apart by `name`.'),
      'export type StructInput =',
      ...shapes.map(
        (key, i) =>
          `  | { readonly name: '${key}'; readonly fields: ${identOf(key)}.FieldsInput }${i + 1 === shapes.length ? ';' : ''}`,
      ),
    ].join('\n'),
    fn({
      name: 'encode_struct',
      parameters: [...VIEW_END.slice(0, 2), { name: 'struct', type: 'StructInput' }],
      returns: 'number',
      doc: doc('Writes the struct in the shape `name` says, by its encode_fields. Returns the size, or 0.'),
      body: [
        'switch (struct.name) {',
        ...shapes.flatMap((key) => [
          `  case '${key}':`,
          `    return ${identOf(key)}.encode_fields(view, p, struct.fields);`,
        ]),
        '  default:',
        '    return 0;',
        '}',
      ],
    }),
  ];
}

/** Every shape the bytes can choose, the one for the fewest bytes or for the lowest tag first. */
export function chosenShapes({ choice, shapes }: StructIR): string[] {
  if (choice.by === 'size') return [...choice.shapes];
  if (choice.by === 'none') return shapes.slice(0, 1).map((s) => s.key);
  return chosenBy(choice);
}

function howText({ choice }: StructIR): string {
  if (choice.by === 'tag') return `The value of ${choice.tag} tells the shape.`;
  if (choice.by === 'request') return `The value of ${choice.tag} in the request tells the shape.`;
  return 'The number of bytes tells the shape: the longest that fits.';
}

const minSize = (struct: StructIR, key: string): number => struct.shapes.find((s) => s.key === key)?.minSize ?? 0;

/** The field that chooses, which lies in the same place in every shape it chooses. */
function tagOf(struct: StructIR, choice: TagChoiceIR): IntMemberIR | undefined {
  const [key] = chosenBy(choice);
  const shape = struct.shapes.find((s) => s.key === key) ?? struct.shapes[0];
  return shape?.fields.find((f): f is IntMemberIR => f.kind === 'int' && f.name === choice.tag);
}

function unknown(struct: StructIR, choice: TagChoiceIR): string {
  const known = choice.cases.flatMap((c) => c.values).join(', ');
  if (choice.by === 'request') return `unknown_arm('${struct.name}', 'request.${choice.tag}', 0, '${known}', request)`;
  const tag = tagOf(struct, choice);
  if (tag === undefined) return '';
  return `unknown_arm('${struct.name}', '${tag.name}', ${tag.offset}, '${known}', ${loadAtom(tag.type, 'p', tag.offset)})`;
}

type Otherwise = (choice: TagChoiceIR) => string;

/** Looks which shape there is and takes it; `isGuarded` where the bytes may be too few for the tag. */
function dispatch(struct: StructIR, take: (key: string) => string, otherwise: Otherwise, isGuarded = true): string[] {
  const { choice } = struct;
  if (choice.by === 'size') {
    const [first = '', ...longer] = choice.shapes;
    return [...longer.reverse().map((key) => `if (end - p >= ${minSize(struct, key)}) ${take(key)}`), take(first)];
  }
  if (choice.by === 'none') return [take(struct.shapes[0]?.key ?? '')];
  const branch = (chosen: ChosenIR): string[] => {
    if (typeof chosen === 'string') return [take(chosen)];
    const tag = tagOf(struct, chosen);
    const [first = ''] = chosenBy(chosen);
    if (chosen.by === 'tag' && tag === undefined) return [take(first)];
    const guard = tag === undefined || !isGuarded ? [] : [`if (!(end - p >= ${tag.offset + tag.size})) ${take(first)}`];
    return [
      ...(chosen.by === 'request' ? [] : guard),
      `switch (${chosen.by === 'request' || tag === undefined ? 'request' : loadAtom(tag.type, 'p', tag.offset)}) {`,
      ...chosen.cases.flatMap(({ values, shape }) => [
        ...values.map((v) => `  case ${v}:`),
        ...branch(shape).map((line) => `    ${line}`),
      ]),
      '  default:',
      ...(chosen.otherwise === null ? [otherwise(chosen)] : branch(chosen.otherwise)).map((line) => `    ${line}`),
      '}',
    ];
  };
  return branch(choice);
}
