import { hexId } from '../ir/spell-id.js';
import type { Case } from './case.js';
import type { Finding } from './finding.js';

/** Rules about who sends what, to whom, under which token. */
export function judgeHeader(subject: Case): Finding[] {
  return [...named(subject), ...direction(subject), ...device(subject), ...token(subject), ...refused(subject)];
}

/** The caller named a body and the header announces another: R1 says the header decides, so the sender wrote a wrong one. */
function named({ named: body, index, decoded }: Case): Finding[] {
  if (body === null) return [];
  const { type, id } = index.announcedBy(({ name }) => Number(decoded.header[name]));
  const typeField = index.typeField ?? index.idField;
  const { typeMask, responseBit } = index.ir.framing;
  const found: Finding[] = [];
  const differs = (type & typeMask) ^ body.type;
  const finding = (
    rule: string,
    field: { name: string; offset: number },
    got: number | string,
    expected: number | string,
  ): void => {
    found.push({ rule, layer: 'rules', field: field.name, offset: field.offset, got, expected, clause: 'R1, R8' });
  };
  if ((differs & responseBit) !== 0) finding('response-bit', typeField, type, `${body.type} for a ${body.kind}`);
  if ((differs & ~responseBit) !== 0) finding('class', typeField, index.classOf(type), body.class);
  if (id !== body.id) finding('msg-id', index.idField, hexId(id), `${hexId(body.id)} ${body.message}`);
  return found;
}

function direction({ direction: dir, decoded, index }: Case): Finding[] {
  if (dir === null) return [];
  const sender = dir === 'driver->device' ? 'driver' : 'device';
  const { body } = decoded;
  if (body.from === 'either' || body.from === sender) return [];
  return [
    {
      rule: 'direction',
      layer: 'rules',
      field: index.idField.name,
      offset: index.idField.offset,
      got: `${body.message} ${body.kind} from the ${sender}`,
      expected: `from the ${body.from}`,
      clause: body.spec,
    },
  ];
}

function device({ decoded, index, profile }: Case): Finding[] {
  const field = index.deviceField;
  if (field === null) return [];
  const number = Number(decoded.header[field.name]);
  const at = { layer: 'rules', field: field.name, offset: field.offset, got: number } as const;
  const { body } = decoded;
  if (profile.busDevice === 'zero' && body.class !== 'transport' && !body.anyDevice && number !== 0) {
    return [{ rule: 'bus-device', ...at, expected: 0, clause: 'R5' }];
  }
  if (profile.maxDevice !== null && body.class === 'transport' && number > profile.maxDevice) {
    return [{ rule: 'device-limit', ...at, expected: `at most ${profile.maxDevice}`, clause: profile.spec }];
  }
  return [];
}

function token({ decoded, index, profile }: Case): Finding[] {
  const field = index.tokenField;
  if (field === null || profile.token === 'opaque') return [];
  const value = Number(decoded.header[field.name]);
  const event = decoded.body.kind === 'event';
  if (event === (value === 0)) return [];
  const expected = event ? '0 in an event' : `not 0 in a ${decoded.body.kind}`;
  return [
    { rule: 'token', layer: 'rules', field: field.name, offset: field.offset, got: value, expected, clause: 'R6' },
  ];
}

function refused({ decoded, index, profile }: Case): Finding[] {
  const refusal = profile.refuses.find((r) => r.key === decoded.body.key);
  if (refusal === undefined) return [];
  const { name, offset } = index.idField;
  return [
    {
      rule: 'not-served',
      layer: 'rules',
      field: name,
      offset,
      got: hexId(decoded.body.id),
      expected: refusal.doc,
      clause: refusal.clause,
    },
  ];
}
