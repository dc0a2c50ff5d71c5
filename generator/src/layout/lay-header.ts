import { knownNames } from '../diagnostics/did-you-mean.js';
import type { Report } from '../diagnostics/report.js';
import type { ClassIR, IntFieldIR } from '../ir/types.js';
import type { ResolvedDialect } from '../resolve/resolved.js';
import type { HeaderLayout } from './lay-dialect.js';
import { layFields } from './lay-fields.js';

/** Header fields, framing and message classes of a dialect. */
export function layHeader(dialect: ResolvedDialect, enums: ReadonlySet<string>, report: Report): HeaderLayout | null {
  const { header, framing, classes } = dialect;
  const lacking = Object.entries({ header, framing, classes }).filter(([, value]) => value === null);
  if (header === null || framing === null || classes === null) {
    const hasMessages = dialect.messages.size > 0 || dialect.value.messages !== undefined || dialect.value.header !== undefined;
    if (hasMessages) {
      const names = lacking.map(([key]) => key).join(', ');
      report.add('VW103', dialect.source.place(['dialect']), `missing key "${names}": a dialect with messages needs it, here or in a parent`);
    }
    return null;
  }
  const laid = layFields(header.value, {
    origin: header.origin,
    path: header.origin.path,
    start: 0,
    spec: dialect.value.spec,
    enums,
    inHeader: true,
    report,
  });
  const fields = laid.fields.filter((f): f is IntFieldIR => f.kind === 'int');
  const place = header.origin.source.placeOfKey(header.origin.path);
  const typeField = fields.find((f) => f.role === 'type');
  const required = ['type', 'id', ...('field' in framing.value.size ? ['size'] : [])];
  for (const role of required) {
    if (fields.some((f) => f.role === role)) continue;
    report.add('VW307', place, `the header has no field with role "${role}"`, { hint: `add "role: ${role}" to the field that holds it` });
  }
  if ('field' in framing.value.size) {
    const { field } = framing.value.size;
    if (!fields.some((f) => f.name === field)) {
      report.add('VW307', framing.origin.source.place([...framing.origin.path, 'size', 'field']), `framing counts by "${field}", which the header does not have`, {
        hint: knownNames(field, fields.map((f) => f.name)),
      });
    }
  }
  if (typeField === undefined) return null;
  const bitOf = (name: string | undefined, where: () => ReturnType<typeof dialect.source.place>): number => {
    if (name === undefined) return 0;
    const bits = typeField.bits.find((b) => b.name === name);
    if (bits === undefined) {
      report.add('VW307', where(), `the type field "${typeField.name}" has no bit group "${name}"`, {
        hint: knownNames(name, typeField.bits.map((b) => b.name)),
      });
      return 0;
    }
    return (1 << bits.lsb) >>> 0;
  };
  const responseBit = bitOf(framing.value.response_bit, () => framing.origin.source.place([...framing.origin.path, 'response_bit']));
  const classList: ClassIR[] = Object.entries(classes.value)
    .map(([name, c]) => ({ name, type: bitOf(c.bit, () => classes.origin.source.place([...classes.origin.path, name, 'bit'])), doc: c.doc }))
    .sort((a, b) => a.type - b.type || (a.name < b.name ? -1 : 1));
  return {
    fields,
    framing: {
      headerSize: laid.end,
      fixedSize: 'fixed' in framing.value.size ? framing.value.size.fixed : null,
      typeMask: classList.reduce((mask, c) => mask | c.type, responseBit),
      responseBit,
    },
    classes: classList,
  };
}
