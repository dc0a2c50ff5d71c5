import type { BodyIR, ClassIR, DialectIR, EnumIR, UnresolvedIR } from '../../ir/types.js';
import { type BitsView, type BodyView, bitsViews, bodyView } from './body-view.js';
import { anchor, bodySize, code, framesText, hex, senderText, sentence, sizeText } from './spell.js';
import { type Table, table, tableOrNothing } from './table.js';

/** Everything the page of one dialect says. */
export interface DialectView {
  readonly source: string;
  readonly title: string;
  readonly doc: string;
  readonly about: readonly { readonly name: string; readonly text: string }[];
  readonly contents: readonly { readonly name: string; readonly anchor: string }[];
  readonly framing: string;
  readonly header: Table;
  readonly words: readonly BitsView[];
  readonly ranges: Table | null;
  readonly summary: Table;
  readonly classes: readonly ClassView[];
  readonly enums: readonly EnumView[] | null;
  readonly unresolved: readonly UnresolvedView[] | null;
}

interface ClassView {
  readonly heading: string;
  readonly doc: string;
  readonly messages: readonly MessageView[];
}

interface MessageView {
  readonly heading: string;
  readonly doc: string;
  readonly bodies: readonly BodyView[];
  readonly source: string;
}

export interface EnumView {
  readonly name: string;
  readonly doc: string;
  readonly values: Table;
}

export interface UnresolvedView {
  readonly id: string;
  readonly about: string;
  readonly readings: Table;
  readonly chosen: string;
  readonly why: string;
}

/** `lineage` leads from the root to this dialect; messages say since when they look as they do. */
export function dialectView(dialect: DialectIR, lineage: readonly string[]): DialectView {
  const classes = dialect.classes.map((c) => classView(c, dialect)).filter((c) => c.messages.length > 0);
  const enums = dialect.enums.map(enumView);
  return {
    source: `schema/${dialect.protocol}/${dialect.dialect}.yaml`,
    title: dialect.title,
    doc: sentence(dialect.doc),
    about: about(dialect),
    contents: [
      ...classes.map((c) => ({ name: c.heading.toLowerCase(), anchor: anchor(c.heading) })),
      ...(enums.length === 0 ? [] : [{ name: 'values', anchor: 'values' }]),
      ...(dialect.unresolved.length === 0 ? [] : [{ name: 'unresolved readings', anchor: 'unresolved-readings' }]),
    ],
    framing: framing(dialect),
    header: table(
      ['field', 'offset:', 'size:', 'type', 'meaning'],
      dialect.header.map((f) => [code(f.name), String(f.offset), sizeText(f), code(f.type), f.doc]),
    ),
    words: bitsViews(dialect.header),
    ranges: tableOrNothing(
      ['class', 'ids', 'owner', 'meaning'],
      dialect.ranges.map((r) => [r.class, `${hex(r.from)}–${hex(r.to)}`, r.owner, r.doc]),
    ),
    summary: summary(dialect, lineage),
    classes,
    enums: enums.length === 0 ? null : enums,
    unresolved: dialect.unresolved.length === 0 ? null : dialect.unresolved.map(unresolvedView),
  };
}

function about(dialect: DialectIR): DialectView['about'] {
  const { min, max, recommended } = dialect.limits;
  const limits = [
    ...(min === null ? [] : [`a bus carries at least ${min} bytes`]),
    ...(max === null ? [] : [`no message has more than ${max}`]),
    ...(recommended === null ? [] : [`${recommended} are recommended`]),
  ];
  const aliases = dialect.aliases.map(
    (a) =>
      `${code(a.name)} (${[a.doc, ...(a.profile === dialect.profile ? [] : [`rules: [${a.profile}](README.md#${anchor(a.profile)})`])].filter((t) => t !== '').join('; ')})`,
  );
  return [
    { name: 'Name', text: `${code(dialect.dialect)} of [${dialect.protocol}](README.md)` },
    ...(dialect.parent === null ? [] : [{ name: 'Extends', text: `[${dialect.parent}](${dialect.parent}.md)` }]),
    ...(dialect.carries === null ? [] : [{ name: 'Carries', text: `[${dialect.carries}](../${dialect.carries}.md)` }]),
    {
      name: 'Rules',
      text: `[${dialect.profile}](README.md#${anchor(dialect.profile)}), unless another profile is asked for`,
    },
    ...(limits.length === 0 ? [] : [{ name: 'Sizes', text: `${limits.join(', ')}` }]),
    { name: 'Source', text: dialect.spec },
    ...aliases.map((text) => ({ name: 'Alias', text })),
  ];
}

function framing(dialect: DialectIR): string {
  const { headerSize, typeMask, responseBit } = dialect.framing;
  const type = dialect.header.find((f) => f.role === 'type')?.name;
  const classes = dialect.classes.map((c) => `${hex(c.type)} ${c.name}`).join(', ');
  const bits =
    type === undefined
      ? 'No bit tells the class of a message'
      : `Of ${code(type)} only the bits ${hex(typeMask)} are looked at: ${classes}`;
  const response =
    responseBit === 0
      ? '; nothing tells a response from a request'
      : `; a response has ${hex(responseBit)} set as well`;
  return `${headerSize} bytes; the payload follows at offset ${headerSize}. Messages are ${framesText(dialect.framing, dialect)}. ${bits}${response}.`;
}

function summary(dialect: DialectIR, lineage: readonly string[]): Table {
  const rows = groups(dialect.bodies).map((bodies) => {
    const [first] = bodies;
    const size = (kind: BodyIR['kind']): string => {
      const body = bodies.find((b) => b.kind === kind);
      return body === undefined ? '' : bodySize(body);
    };
    const asked = bodies.find((b) => b.kind !== 'response') ?? first;
    return [
      hex(first.id),
      `[${first.message}](#${anchor(headingOf(first))})`,
      first.class,
      senderText[asked.from],
      size('request'),
      size('response'),
      size('event'),
      layoutFrom(bodies, dialect, lineage),
    ];
  });
  return table(['id', 'message', 'class', 'asked or told', 'request:', 'response:', 'event:', 'layout from'], rows);
}

/** The youngest dialect that says something about the bodies of a message, or the one that is carried, as a link to its page. */
function layoutFrom(bodies: readonly BodyIR[], dialect: DialectIR, lineage: readonly string[]): string {
  const since = lineage[Math.max(...bodies.map((b) => lineage.indexOf(b.origin)))];
  const { carries } = dialect;
  if (carries !== null && bodies.every((b) => b.origin.includes('/'))) return `[${carries}](../${carries}.md)`;
  return since === undefined || since === dialect.dialect ? dialect.dialect : `[${since}](${since}.md)`;
}

/** Bodies of one message, by class and id; request first. */
function groups(bodies: readonly BodyIR[]): [BodyIR, ...BodyIR[]][] {
  const found = new Map<string, [BodyIR, ...BodyIR[]]>();
  for (const body of bodies) {
    const key = `${body.class}.${body.message}`;
    const there = found.get(key);
    if (there === undefined) found.set(key, [body]);
    else there.push(body);
  }
  return [...found.values()];
}

const headingOf = (body: BodyIR): string => `${body.class} ${body.message}`;

function classView({ name, doc }: ClassIR, dialect: DialectIR): ClassView {
  const messages = groups(dialect.bodies.filter((b) => b.class === name)).map((bodies): MessageView => {
    const docs = [...new Set(bodies.map((b) => sentence(b.doc)))].filter((d) => d !== '');
    const sources = [...new Set(bodies.map((b) => b.spec))].filter((s) => s !== '' && s !== dialect.spec);
    return {
      heading: headingOf(bodies[0]),
      doc: docs.join(' '),
      bodies: bodies.map((b) => bodyView(b, dialect)),
      source: sources.join('; '),
    };
  });
  return { heading: `${name[0]?.toUpperCase()}${name.slice(1)} messages`, doc: sentence(doc), messages };
}

export function enumView({ name, doc, spec, flags, open, values, ranges }: EnumIR): EnumView {
  const largest = [...values.map((v) => v.value), ...ranges.map((r) => r.to)].reduce((a, b) => Math.max(a, b), 0);
  const digits = largest > 0xff ? 4 : 2;
  const kind = flags ? 'Bits that combine.' : 'One of these values.';
  const rest = open ? 'Others may occur.' : 'Nothing else is assigned.';
  const rows = [
    ...values.map((v) => [hex(v.value, digits), code(v.name), v.doc]),
    ...ranges.map((r) => [`${hex(r.from, digits)}–${hex(r.to, digits)}`, r.owner, r.doc]),
  ];
  const source = spec === '' ? '' : ` Source: ${spec}`;
  return {
    name,
    doc: `${[sentence(doc), kind, rest].filter((t) => t !== '').join(' ')}${source}`,
    values: table(['value', 'name', 'meaning'], rows),
  };
}

export const unresolvedView = ({ id, about: what, readings, chosen, why }: UnresolvedIR): UnresolvedView => ({
  id,
  about: sentence(what),
  readings: table(
    ['source', 'says'],
    readings.map((r) => [r.source, r.says]),
  ),
  chosen: chosen.replace(/\.$/, ''),
  why: sentence(why),
});
