import type { Place } from '../diagnostics/diagnostic.js';
import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Report } from '../diagnostics/report.js';
import type { ClassIR, IntFieldIR } from '../ir/types.js';
import type { Origin, ResolvedDialect } from '../resolve/resolved.js';
import type { HeaderLayout } from './header-layout.js';
import { layFields } from './lay-fields.js';

const hasMessages = (dialect: ResolvedDialect): boolean =>
  dialect.messages.size > 0 || dialect.value.messages !== undefined || dialect.value.header !== undefined;

/** Header fields, framing and message classes of a dialect. */
export function layHeader(dialect: ResolvedDialect, report: Report): HeaderLayout | null {
  const { header, framing, classes } = dialect;
  const lacking = Object.entries({ header, framing, classes }).filter(([, value]) => value === null);
  if (header === null || framing === null || classes === null) {
    const { parent } = dialect;
    // What a parent with messages lacks as well is reported there, and not again for each of its descendants.
    const own = lacking
      .map(([key]) => key as 'header' | 'framing' | 'classes')
      .filter((key) => parent === null || !hasMessages(parent) || parent[key] !== null);
    if (hasMessages(dialect) && own.length > 0) {
      const names = own.map((key) => `"${key}"`).join(', ');
      report.add(
        'VW103',
        dialect.source.place(['dialect']),
        `missing key ${names} in the file: a dialect with messages needs it, its own or inherited`,
        {
          hint: 'framing: how a message ends; header: the fields before every body; classes: the id spaces',
        },
      );
    }
    return null;
  }
  const laid = layFields(header.value, {
    origin: header.origin,
    path: header.origin.path,
    start: 0,
    spec: declaring(dialect, header.origin)?.value.spec ?? dialect.value.spec,
    dialect,
    inHeader: true,
    report,
  });
  const fields = laid.fields.filter((f): f is IntFieldIR => f.kind === 'int');
  const placeOfField = (name: string, key: string) => {
    const index = header.value.findIndex((f) => f.name === name);
    return header.origin.source.place([...header.origin.path, index, key]);
  };
  for (const field of laid.fields) {
    if (field.kind === 'int') continue;
    report.add(
      'VW308',
      placeOfField(field.name, 'type'),
      `"${field.name}" is an array: expected integers only in a header`,
      {
        hint: 'a codec reads the header before it knows the message; use integers, reserved ones too',
      },
    );
  }
  checkWidths(fields, placeOfField, report);
  const place = header.origin.source.placeOfKey(header.origin.path);
  const typeField = fields.find((f) => f.role === 'type');
  // Where no bit tells a class or a response, a header may do without a type field: its messages differ by id alone.
  const typed =
    framing.value.response_bit !== undefined || Object.values(classes.value).some((c) => c.bit !== undefined);
  const required = [...(typed ? ['type'] : []), 'id', ...('field' in framing.value.size ? ['size'] : [])];
  for (const role of new Set(['type', ...required])) {
    const [first, second] = fields.filter((f) => f.role === role);
    if (first !== undefined && second !== undefined) {
      report.add(
        'VW308',
        placeOfField(second.name, 'role'),
        `"${second.name}" and "${first.name}" both have role "${role}"`,
        {
          also: { ...placeOfField(first.name, 'role'), text: 'first given here' },
          hint: 'one field has it',
        },
      );
    }
    if (first !== undefined || laid.lost.size > 0 || !required.includes(role)) continue;
    report.add('VW307', place, `the header has no field with role "${role}"`, {
      hint: `add "role: ${role}" to the field that holds it`,
    });
  }
  if ('field' in framing.value.size) {
    const { field } = framing.value.size;
    const [counted, ...others] = fields.filter((f) => f.role === 'size');
    const at = framing.origin.source.place([...framing.origin.path, 'size', 'field']);
    if (
      counted !== undefined &&
      others.length === 0 &&
      counted.name !== field &&
      fields.some((f) => f.name === field)
    ) {
      report.add('VW307', at, `framing counts by "${field}", but "${counted.name}" has role "size"`, {
        also: { ...placeOfField(counted.name, 'role'), text: 'the role is given here' },
        hint: 'name the same field in both places',
      });
    }
    if (!fields.some((f) => f.name === field) && !laid.lost.has(field)) {
      report.add('VW307', at, `framing counts by "${field}", which the header does not have`, {
        hint: knownNames(
          field,
          fields.map((f) => f.name),
        ),
      });
    }
  }
  if (typeField === undefined && typed) return null;
  const bitOf = (name: string | undefined, where: () => ReturnType<typeof dialect.source.place>): number => {
    if (name === undefined || typeField === undefined) return 0;
    const bits = typeField.bits.find((b) => b.name === name);
    if (bits !== undefined && bits.width !== 1) {
      report.add('VW307', where(), `bit group "${name}" of the type field has ${bits.width} bits; expected 1`, {
        hint: 'a class and the response mark are one bit each',
      });
    }
    if (bits === undefined) {
      report.add('VW307', where(), `the type field "${typeField.name}" has no bit group "${name}"`, {
        hint: knownNames(
          name,
          typeField.bits.map((b) => b.name),
        ),
      });
      return 0;
    }
    return (1 << bits.lsb) >>> 0;
  };
  const responseBit = bitOf(framing.value.response_bit, () =>
    framing.origin.source.place([...framing.origin.path, 'response_bit']),
  );
  const isWithin = ({ name }: ClassIR): number => (classes.value[name]?.within === undefined ? 0 : 1);
  const classList: ClassIR[] = Object.entries(classes.value)
    .map(([name, c]) => ({
      name,
      type: bitOf(bitOfClass(dialect, name, c, report), () => placeOfClass(dialect, name, 'bit')),
      doc: c.doc,
    }))
    .sort((a, b) => a.type - b.type || isWithin(a) - isWithin(b) || (a.name < b.name ? -1 : 1));
  const distinct = Object.keys(classes.value).filter((name) => classes.value[name]?.within === undefined);
  distinct.forEach((name, index, names) => {
    const own = classList.find((c) => c.name === name);
    const first = names.slice(0, index).find((n) => classList.find((c) => c.name === n)?.type === own?.type);
    if (first === undefined || classes.value[name]?.bit !== classes.value[first]?.bit) return;
    report.add(
      'VW218',
      placeOfClass(dialect, name),
      `classes "${name}" and "${first}" set the same bits of the type field`,
      {
        also: {
          ...placeOfClass(dialect, first),
          text: `"${first}" is declared here`,
        },
        hint: 'give one of them a "bit" of its own',
      },
    );
  });
  return {
    fields,
    framing: {
      headerSize: laid.end,
      fixedSize: 'fixed' in framing.value.size ? framing.value.size.fixed : null,
      typeMask: classList.reduce((mask, c) => (mask | c.type) >>> 0, responseBit),
      responseBit,
    },
    classes: classList,
  };
}

/** The dialect that a declaration comes from: this one, or one that it extends or carries. */
function declaring(dialect: ResolvedDialect | null, origin: Origin): ResolvedDialect | null {
  if (dialect === null || dialect.source === origin.source) return dialect;
  return declaring(dialect.parent, origin) ?? declaring(dialect.carried, origin);
}

/** Where a class, or a key of it, is written down: by the lineage itself or by the dialect it carries. */
function placeOfClass(dialect: ResolvedDialect, name: string, key?: string): Place {
  const own = dialect.ownClasses;
  const declared = own !== null && Object.hasOwn(own.value, name) ? own : dialect.carried?.classes;
  const { source, path } = declared?.origin ?? { source: dialect.source, path: ['dialect'] };
  return key === undefined ? source.placeOfKey([...path, name]) : source.place([...path, name, key]);
}

/** The group of bits that marks a class: its own, or that of the class it lies within. */
function bitOfClass(
  dialect: ResolvedDialect,
  name: string,
  { bit, within }: { readonly bit?: string | undefined; readonly within?: string | undefined },
  report: Report,
): string | undefined {
  if (within === undefined) return bit;
  if (bit !== undefined) {
    report.add(
      'VW308',
      placeOfClass(dialect, name, 'bit'),
      `"bit" of class "${name}", which lies within another class`,
      {
        also: { ...placeOfClass(dialect, name, 'within'), text: 'the other class is named here' },
        hint: 'it has the bits of that class: remove one of the two',
      },
    );
  }
  const all = dialect.classes?.value ?? {};
  const hosts = Object.keys(all).filter((other) => all[other]?.within === undefined);
  if (hosts.includes(within)) return all[within]?.bit;
  // Where the carried dialect lacks its classes, that is reported there.
  if (dialect.carried !== null && dialect.carried.classes === null) return undefined;
  report.add('VW215', placeOfClass(dialect, name, 'within'), `there is no message class "${within}" to lie within`, {
    hint: knownNames(within, hosts),
  });
  return undefined;
}

/** A codec reads a header by words of 32 bits, and tells bodies apart by one number of as many: type bits and id. */
function checkWidths(
  fields: readonly IntFieldIR[],
  placeOfField: (name: string, key: string) => Place,
  report: Report,
): void {
  for (const { name, type, size } of fields) {
    if (size <= 4) continue;
    report.add(
      'VW309',
      placeOfField(name, 'type'),
      `"${name}" of the header: expected an integer of at most 32 bits, got ${type}`,
      { hint: 'split it into two fields of type u32' },
    );
  }
  const [type, id] = ['type', 'id'].map((role) => fields.find((f) => f.role === role));
  if (type === undefined || id === undefined || type.size > 4 || id.size > 4) return;
  // Two fields that share a word never have more bits than it.
  const bits = 8 * (type.size + id.size);
  if (bits <= 32) return;
  report.add(
    'VW309',
    placeOfField(id.name, 'type'),
    `type field "${type.name}" and id field "${id.name}": expected at most 32 bits together, got ${bits} (${type.type} and ${id.type})`,
    {
      also: { ...placeOfField(type.name, 'type'), text: `the type of "${type.name}" is here` },
      hint: 'message ids have 8 bits: give the id a narrower type, or put unused type bits in a field of their own',
    },
  );
}
