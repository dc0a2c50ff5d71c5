import type { Place } from '../diagnostics/diagnostic.js';
import type { Report } from '../diagnostics/report.js';
import type { BodyIR, BodyKind, ConstraintIR, Sender } from '../ir/types.js';
import type { BodySource } from '../language/message.js';
import type { Declared, ResolvedDialect, ResolvedMessage } from '../resolve/resolved.js';
import type { HeaderLayout } from './header-layout.js';
import { boundsOf, layConstraint, namesRead } from './lay-constraints.js';
import { type FieldsLayout, layFields } from './lay-fields.js';

const KIND_ORDER: Readonly<Record<BodyKind, number>> = { request: 0, response: 1, event: 2 };

/** Every body of every message, sorted by class, id and kind. */
export function layBodies(dialect: ResolvedDialect, header: HeaderLayout, report: Report): BodyIR[] {
  const bodies: BodyIR[] = [];
  for (const message of dialect.messages.values()) {
    documented(message, report);
    for (const [kind, body] of message.bodies) bodies.push(layBody(dialect, message, kind, body, header, report));
  }
  const classOrder = (b: BodyIR): number => header.classes.findIndex((c) => c.name === b.class);
  return bodies.sort(
    (a, b) =>
      classOrder(a) - classOrder(b) ||
      a.id - b.id ||
      KIND_ORDER[a.kind] - KIND_ORDER[b.kind] ||
      (a.message < b.message ? -1 : 1),
  );
}

function documented(message: ResolvedMessage, report: Report): void {
  const place = message.origin.source.placeOfKey(message.origin.path);
  if (message.doc === '')
    report.add('VW400', place, `${message.name} has no "doc"`, {
      hint: 'say what the message is for: the generated comments show it',
    });
  if (message.spec === '')
    report.add('VW401', place, `${message.name} has no "spec"`, {
      hint: 'name the clause or the source file it comes from',
    });
}

const opposite = (from: Sender): Sender => (from === 'driver' ? 'device' : from === 'device' ? 'driver' : 'either');

function layBody(
  dialect: ResolvedDialect,
  message: ResolvedMessage,
  kind: BodyKind,
  { value, origin }: Declared<BodySource>,
  header: HeaderLayout,
  report: Report,
): BodyIR {
  const { headerSize, fixedSize, responseBit } = header.framing;
  const spec = value.spec ?? message.spec;
  const path = [...origin.path, 'fields'];
  const laid = layFields(value.fields, { origin, path, start: headerSize, spec, dialect, inHeader: false, report });
  if (fixedSize !== null && (laid.end > fixedSize || laid.tail !== null)) {
    const what = laid.tail === null ? `${laid.end} bytes with its header` : 'no fixed size';
    const framing = dialect.framing?.origin;
    report.add(
      'VW304',
      origin.source.placeOfKey(origin.path),
      `the ${kind} of ${message.name} has ${what}; every frame of ${dialect.value.dialect} has ${fixedSize} bytes`,
      {
        also: framing && { ...framing.source.place([...framing.path, 'size', 'fixed']), text: 'the size is set here' },
        hint: 'shorten the body; in frames of fixed size an array keeps its full size and "used" tells how much of it counts',
      },
    );
  }
  if (fixedSize === null) {
    const place = origin.source.placeOfKey(origin.path);
    checkAnnounced(`the ${kind} of ${message.name}`, place, laid, dialect, header, report);
  }
  const constraints: ConstraintIR[] = value.fields.flatMap((f) => boundsOf(f, spec));
  (value.constraints ?? []).forEach((c, index) => {
    if (namesRead(c).some((name) => laid.lost.has(name))) return;
    const laidOut = layConstraint(
      c,
      laid.fields,
      spec,
      (key) => origin.source.place([...origin.path, 'constraints', index, key]),
      report,
    );
    if (laidOut !== null) constraints.push(laidOut);
  });
  const base = header.classes.find((c) => c.name === message.class)?.type ?? 0;
  const sender = kind === 'response' && message.from !== 'either' ? opposite(message.from) : message.from;
  return {
    key: `${message.class}.${message.name}.${kind}`,
    class: message.class,
    message: message.name,
    kind,
    id: message.id.value,
    type: kind === 'response' ? (base | responseBit) >>> 0 : base,
    from: value.from ?? sender,
    anyDevice: message.anyDevice,
    hot: message.hot,
    doc: value.doc ?? message.doc,
    spec,
    origin: origin.protocol === dialect.value.protocol ? origin.dialect : `${origin.protocol}/${origin.dialect}`,
    minSize: fixedSize ?? laid.end,
    maxSize: fixedSize ?? (laid.tail === null ? laid.end : null),
    fields: laid.fields,
    constraints,
  };
}

/** A body whose fixed part alone is larger than the size field of the header can say. */
function checkAnnounced(
  what: string,
  place: Place,
  laid: FieldsLayout,
  dialect: ResolvedDialect,
  header: HeaderLayout,
  report: Report,
): void {
  const size = header.fields.find((f) => f.role === 'size');
  if (size === undefined) return;
  const largest = 2 ** (8 * size.size - (size.type.startsWith('s') ? 1 : 0)) - 1;
  if (laid.end <= largest) return;
  const index = dialect.header?.value.findIndex((f) => f.name === size.name) ?? -1;
  const from = dialect.header?.origin;
  report.add(
    'VW304',
    place,
    `${what}: expected at most ${largest} bytes with its header, all that "${size.name}" of type ${size.type} can announce, got ${laid.end}`,
    {
      also: from && { ...from.source.place([...from.path, index, 'type']), text: `the type of "${size.name}" is here` },
      hint: 'shorten the body, or give the size field a wider type',
    },
  );
}
