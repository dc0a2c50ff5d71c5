import { headerOf, isDialect, type LaidOut, layoutsOf, nameOf } from '../../ir/laid-out.js';
import { hexId } from '../../ir/spell-id.js';
import { type ArrayMemberIR, chosenBy, type FamilyIR, type StructIR, type TagChoiceIR } from '../../ir/structs.js';
import type { BodyIR, DialectIR, EnumIR } from '../../ir/types.js';
import { comment } from './comment.js';
import { type EnumView, enumName, enumRemark, enumView } from './enum-view.js';
import type { TypeStyle } from './int-types.js';
import { identifier, Scope, upper } from './names.js';
import { type DefineView, type StructView, structView } from './struct-view.js';
import { type CTree, treeOf } from './tree.js';

export interface HeaderOptions {
  readonly types: TypeStyle;
  /** What every name begins with; default: the name of the dialect or family and `_`. May be empty. */
  readonly prefix?: string;
}

/** Everything the C header of one dialect or family says. */
export interface HeaderView {
  readonly source: string;
  readonly notes: readonly string[];
  readonly guard: string;
  readonly kernel: boolean;
  readonly groups: readonly { readonly notes: readonly string[]; readonly defines: readonly DefineView[] }[];
  readonly enums: readonly EnumView[];
  readonly items: readonly { readonly struct: StructView | null; readonly union: UnionView | null }[];
}

/** Every shape of a struct, at the same bytes. */
export interface UnionView {
  readonly notes: readonly string[];
  readonly type: string;
  readonly members: readonly { readonly type: string; readonly name: string }[];
}

/** A layout and how C reaches its members: what a program needs that writes C for this header. */
export interface Declared {
  readonly laid: LaidOut;
  /** Without `struct`. */
  readonly type: string;
  /** What the macros of its bits begin with. */
  readonly macro: string;
  readonly tree: CTree;
}

export const prefixOf = (ir: DialectIR | FamilyIR, { prefix }: HeaderOptions): string =>
  prefix === undefined ? `${identifier(nameOf(ir))}_` : identifier(prefix).replace(/^_(?=\d)/, '');

/** What stands behind `struct`, `union` and `enum`: in C these are one name space. */
interface Tags {
  readonly layouts: readonly { readonly laid: LaidOut; readonly type: string }[];
  /** By the name of the struct whose shapes they hold. */
  readonly unions: ReadonlyMap<string, string>;
  readonly enums: ReadonlyMap<string, string>;
  readonly scope: Scope;
}

function tagsOf(ir: DialectIR | FamilyIR, options: HeaderOptions): Tags {
  const prefix = prefixOf(ir, options);
  const scope = new Scope();
  const wish = isDialect(ir) ? messageName(ir) : (laid: LaidOut) => laid.key;
  const header = headerOf(ir);
  const layouts = [...(header === null ? [] : [header]), ...layoutsOf(ir)].map((laid) => ({
    laid,
    type: scope.claim(prefix + identifier(laid.header === null ? laid.key : wish(laid))),
  }));
  const choices = isDialect(ir) ? [] : ir.structs.filter(isUnion);
  const unions = new Map(choices.map(({ name }) => [name, scope.claim(prefix + identifier(name))]));
  const enums = new Map(ir.enums.map(({ name }) => [name, scope.claim(enumName(name, prefix))]));
  return { layouts, unions, enums, scope };
}

/** How every layout of a dialect or family is declared, in the order of the IR; the header of messages comes first. */
export const declarationsOf = (ir: DialectIR | FamilyIR, options: HeaderOptions): Declared[] =>
  declare(tagsOf(ir, options), options);

function declare({ layouts, unions, scope }: Tags, { types }: HeaderOptions): Declared[] {
  const typeOf = (key: string): string => {
    const union = unions.get(key);
    return union === undefined ? `struct ${layouts.find((n) => n.laid.key === key)?.type}` : `union ${union}`;
  };
  return layouts.flatMap(({ laid, type }) => {
    const one = (what: LaidOut, name: string): Declared => {
      return { laid: what, type: name, macro: upper(name), tree: treeOf(what, { types, typeOf }) };
    };
    const whole = one(laid, type);
    const elements = whole.tree.loose.flatMap((array) => elementOf(laid, array));
    return [
      ...elements.map((e) => one(e, scope.claim(`${type}_${identifier(e.key.slice(laid.key.length + 1))}`))),
      whole,
    ];
  });
}

/** The elements of an array that no struct declares, as structs of their own. */
function elementOf(laid: LaidOut, array: ArrayMemberIR): LaidOut[] {
  if (array.kind !== 'records' || array.fields[0]?.name === '') return [];
  const { spec, elementSize: minSize, fields: members } = array;
  const doc = `Element of ${array.name} in ${laid.key}. ${array.doc}`.trim();
  return [{ key: `${laid.key}.${array.name}`, doc, spec, header: null, minSize, maxSize: minSize, members }];
}

/** `SET_VQUEUE_request`; with its class where another class has a message of this name. */
function messageName(ir: DialectIR): (laid: LaidOut) => string {
  const classes = new Map<string, Set<string>>();
  for (const b of ir.bodies) classes.set(b.message, (classes.get(b.message) ?? new Set()).add(b.class));
  return ({ key }) => {
    const [cls = '', message = '', kind = ''] = key.split('.');
    return (classes.get(message)?.size ?? 0) > 1 ? `${cls}_${message}_${kind}` : `${message}_${kind}`;
  };
}

/** Several shapes that something tells apart, or one of which not all bytes are told. */
const isUnion = (struct: StructIR): boolean => struct.choice.by !== 'none';

export function headerView(ir: DialectIR | FamilyIR, options: HeaderOptions): HeaderView {
  const prefix = prefixOf(ir, options);
  const macros = new Scope();
  const tags = tagsOf(ir, options);
  const declared = declare(tags, options);
  const bodies = new Map(isDialect(ir) ? ir.bodies.map((b) => [b.key, b]) : []);
  const groups = isDialect(ir) ? constants(ir, prefix) : [];
  for (const { name } of groups.flatMap((g) => g.defines)) macros.claim(name);
  const enums = [
    ...(isDialect(ir) ? ids(ir, prefix, tags.scope) : []),
    ...ir.enums.map((of) => ({ of, tag: tags.enums.get(of.name) ?? of.name })),
  ].map(({ of, tag }) => enumView(of, tag, macros));
  const enumOf = (name: string): string => enumRemark(ir.enums, name, tags.enums.get(name) ?? name);
  const claim = (name: string): string => macros.claim(name);
  const structs = declared.map(({ laid, type, macro, tree }) => {
    const body = bodies.get(laid.key);
    const told = body === undefined ? laid : { ...laid, doc: `${laid.doc} ${travels(body)}`.trim() };
    return { key: laid.key, view: structView(told, tree, { type, macro, enumOf, claim, types: options.types }) };
  });
  return {
    source: `schema/${ir.protocol}/${nameOf(ir)}.yaml`,
    notes: comment([
      `${ir.protocol}/${nameOf(ir)}: ${ir.title}. ${ir.spec}`,
      'Integers are little-endian unless their type or comment says otherwise; structs are packed. A _MASK is in place: (word & X_MASK) >> X_SHIFT, after the word was read in its byte order.',
    ]),
    guard: `VWIRE_${upper(`${ir.protocol}_${nameOf(ir)}_${options.prefix ?? ''}`)}_H`.replaceAll(/__+/g, '_'),
    kernel: options.types === 'kernel',
    groups,
    enums,
    items: isDialect(ir)
      ? structs.map(({ view }) => ({ struct: view, union: null }))
      : familyItems(ir, declared, new Map(structs.map(({ key, view }) => [key, view])), tags.unions),
  };
}

const travels = ({ id, from, kind }: BodyIR): string =>
  `Id ${hexId(id)}, ${kind}, from ${from === 'either' ? 'either side' : `the ${from}`}.`;

function constants(ir: DialectIR, prefix: string): HeaderView['groups'] {
  const { framing, limits, classes } = ir;
  const at = upper(prefix);
  const define = (name: string, value: number | null): DefineView[] =>
    value === null ? [] : [{ name: `${at}${name}`, value: `${value}u` }];
  const types = framing.typeMask === 0 ? [] : classes;
  return [
    {
      notes: comment(['Sizes in bytes, header included.']),
      defines: [
        ...define('FRAME_SIZE', framing.fixedSize),
        ...define('MIN_SIZE', limits.min),
        ...define('MAX_SIZE', limits.max),
        ...define('RECOMMENDED_SIZE', limits.recommended),
      ],
    },
    {
      notes: comment(['Bits of the type field: the class of the message, and whether it is a response.']),
      defines: [
        ...types.flatMap((c) => define(`TYPE_${upper(c.name)}`, c.type)),
        ...(framing.responseBit === 0 ? [] : define('TYPE_RESPONSE', framing.responseBit)),
        ...(framing.typeMask === 0 ? [] : define('TYPE_MASK', framing.typeMask)),
      ],
    },
  ].filter((group) => group.defines.length > 0);
}

/** The ids of each class as an enum of its own: they are id spaces of their own. */
const ids = (ir: DialectIR, prefix: string, tags: Scope): { of: EnumIR; tag: string }[] =>
  ir.classes.flatMap(({ name, doc }) => {
    const own = ir.bodies.filter((b) => b.class === name);
    const messages = [...new Map(own.map((b) => [b.message, b])).values()];
    if (messages.length === 0) return [];
    const values = messages.map((b) => ({ name: b.message, value: b.id, doc: '' }));
    const of = { name, doc, spec: '', flags: false, open: false, ranges: [], values };
    return [{ of, tag: tags.claim(`${prefix}${identifier(name)}_msg`) }];
  });

function familyItems(
  ir: FamilyIR,
  declared: readonly Declared[],
  views: ReadonlyMap<string, StructView>,
  unions: Tags['unions'],
): HeaderView['items'] {
  const types = new Map(declared.map((d) => [d.laid.key, d]));
  return elementsFirst(ir.structs).flatMap((struct) => [
    ...struct.shapes.flatMap(({ key }) =>
      [...views].flatMap(([k, view]) => (k === key || k.startsWith(`${key}.`) ? [{ struct: view, union: null }] : [])),
    ),
    ...(isUnion(struct)
      ? [{ struct: null, union: unionView(struct, types, unions.get(struct.name) ?? struct.name) }]
      : []),
  ]);
}

function unionView(struct: StructIR, declared: ReadonlyMap<string, Declared>, tag: string): UnionView {
  const { choice } = struct;
  const keys = choice.by === 'size' ? choice.shapes : choice.by === 'none' ? [] : chosenBy(choice);
  const scope = new Scope();
  const members = keys.flatMap((key) => {
    const found = declared.get(key);
    if (found === undefined || found.tree.nodes.length === 0) return [];
    const arm = key.replace(/:\w+$/, '').slice(struct.name.replace(/:\w+$/, '').length + 1);
    return [{ type: `struct ${found.type}`, name: scope.claim(arm) }];
  });
  const told =
    choice.by === 'size'
      ? ['The size tells which: each has the fields of the one before it and a tail.']
      : choice.by === 'none'
        ? []
        : casesOf(choice, struct.name.replace(/:\w+$/, ''));
  return { notes: comment([struct.doc, ...told]), type: `union ${tag}`, members };
}

/** `hdr.part_type 0x102: num_queues`, a line per case. */
function casesOf(choice: TagChoiceIR, name: string): string[] {
  const where = choice.by === 'request' ? `${choice.tag} of the request` : choice.tag;
  const arm = (key: string): string => key.replace(/:\w+$/, '').slice(name.length + 1);
  const line = (values: string, shape: TagChoiceIR['otherwise']): string[] => {
    if (shape === null) return [];
    return typeof shape === 'string'
      ? [`${where} ${values}: ${arm(shape)}`]
      : casesOf(shape, name).map((rest) => `${where} ${values}, ${rest}`);
  };
  return [
    ...choice.cases.flatMap(({ values, shape }) => line(values.map(hexId).join(', '), shape)),
    ...line('otherwise', choice.otherwise),
  ];
}

/** A struct behind those its arrays are made of. */
function elementsFirst(structs: readonly StructIR[]): StructIR[] {
  const done = new Set<StructIR>();
  const visit = (struct: StructIR | undefined): void => {
    if (struct === undefined || done.has(struct)) return;
    for (const { fields } of struct.shapes)
      for (const field of fields)
        if (field.kind === 'structs' && field.struct !== struct.name)
          visit(structs.find((s) => s.name === field.struct));
    done.add(struct);
  };
  for (const struct of structs) visit(struct);
  return [...done];
}
