import type { BodyIR, DialectIR } from '../ir/types.js';
import { compareRows } from './compare-rows.js';
import type { DialectMessage } from './compare-text.js';
import { describeField, describeRow } from './describe.js';
import type { Found } from './finding.js';
import type { SchemaPlaces } from './schema-places.js';
import type { TextBody, TextMessage } from './text-model.js';

/** The differences between the layouts of one message. */
export function compareBodies(
  message: TextMessage,
  known: DialectMessage,
  dialect: DialectIR,
  places: SchemaPlaces,
): Found[] {
  const findings: Found[] = [];
  const met = new Set<BodyIR>();
  for (const told of message.bodies) {
    const body = bodyFor(told, message, known);
    if (body === null) {
      findings.push(...unknownBody(told, message, dialect));
      continue;
    }
    met.add(body);
    findings.push(...differences(told, message, body, dialect, places));
  }
  for (const body of known.bodies) {
    // A request without fields needs no line, and a message without any layout is one finding.
    if (met.has(body) || (body.fields.length === 0 && body.kind !== 'response')) continue;
    if (message.bodies.length === 0 && body.fields.length === 0) continue;
    findings.push({
      kinds: ['lacking'],
      class: message.class,
      message: message.name,
      body: body.kind,
      place: message.bodies.at(-1)?.place ?? message.place,
      text: message.bodies.length === 0 ? `no table of ${message.name}` : `no ${body.kind} of ${message.name}`,
      dialect: fieldsOf(body),
      key: body.key,
      schema: places.field(body, null),
    });
  }
  return findings;
}

const fieldsOf = (body: BodyIR): string =>
  body.fields.length === 0 ? `an empty ${body.kind}` : `a ${body.kind}: ${body.fields.map((f) => f.name).join(', ')}`;

/** A text calls the only body of an event its request, and does not say what an ERROR is: the body that is left over. */
function bodyFor(told: TextBody, message: TextMessage, known: DialectMessage): BodyIR | null {
  const of = (kind: BodyIR['kind']): BodyIR | null => known.bodies.find((b) => b.kind === kind) ?? null;
  if (told.kind === 'any')
    return known.bodies.find((b) => !message.bodies.some((other) => other.kind === b.kind)) ?? of('request');
  if (told.kind === 'response') return of('response');
  const other = told.kind === 'request' ? 'event' : 'request';
  return of(told.kind) ?? (of('response') === null ? of(other) : null);
}

function unknownBody(told: TextBody, message: TextMessage, dialect: DialectIR): Found[] {
  const kind = told.kind === 'any' ? null : told.kind;
  const common = { kinds: ['unknown'] as const, class: message.class, message: message.name, body: kind };
  const none = `${dialect.dialect} has no ${kind ?? 'such body'} of ${message.name}`;
  if (told.rows.length === 0)
    return [{ ...common, place: told.place, text: `an empty ${kind ?? 'body'}`, dialect: none }];
  return told.rows.map((row) => ({ ...common, place: row.place, text: describeRow(row), dialect: none }));
}

function differences(
  told: TextBody,
  message: TextMessage,
  body: BodyIR,
  dialect: DialectIR,
  places: SchemaPlaces,
): Found[] {
  const header = dialect.framing.headerSize;
  const findings: Found[] = [];
  // A field the text lacks belongs behind the line before it.
  let place = told.place;
  for (const { row, field, differs } of compareRows(told.rows, body, dialect)) {
    place = row?.place ?? place;
    if (row !== null && (row.broken || (field !== null && differs.length === 0))) continue;
    findings.push({
      kinds: field === null ? ['unknown'] : row === null ? ['lacking'] : differs,
      class: message.class,
      message: message.name,
      body: body.kind,
      field: field?.name ?? null,
      place,
      text: row === null ? `no ${field?.name ?? 'field'} in the ${body.kind}` : describeRow(row),
      dialect: field === null ? `no such field in the ${body.kind}` : describeField(field, header),
      key: field === null ? body.key : `${body.key}.${field.name}`,
      schema: places.field(body, field?.name ?? null),
    });
  }
  return findings;
}
