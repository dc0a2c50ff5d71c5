import { type Decoded, decode, isRefused } from '../interpret/decode.js';
import type { DialectIndex } from '../interpret/dialect-index.js';
import { encode } from '../interpret/encode.js';
import type { BodyIR } from '../ir/types.js';
import { judgeConstraints } from '../rules/constraints.js';
import { judgeEnums } from '../rules/enums.js';
import type { Direction, Finding } from '../rules/finding.js';
import { PLAIN } from '../rules/plain-profile.js';
import { carryFields } from './carry-fields.js';
import { carryHeader } from './carry-header.js';
import { Outcome } from './outcome.js';
import { planOf } from './plan.js';
import type { Impossible, Obstacle, ObstacleCode, Translated, Translation } from './translation.js';

export interface TranslateOptions {
  /** Who sends the message. Without it a message that either side may send is taken for one of the allowed sender. */
  readonly direction?: Direction | null;
  /** The body, where the header alone does not tell; asked with the bodies that the header announces. */
  readonly select?: (announced: readonly BodyIR[]) => readonly BodyIR[];
}

/**
 * One message of dialect `a`, at the start of `bytes`, as dialect `b` would send it. Values are carried by identity: names,
 * through the renames that the schema states. Bytes after the message belong to the carrier and are not looked at.
 *
 * What comes out follows the text of `b`: a value that breaks its limits, enumerations or constraints makes the translation
 * impossible. Never throws, whatever the bytes; the result does not refer to them.
 */
export function translate(
  a: DialectIndex,
  b: DialectIndex,
  bytes: Uint8Array,
  { direction = null, select }: TranslateOptions = {},
): Translation {
  const decoded = decode(a, bytes, select);
  if (isRefused(decoded)) {
    const { error } = decoded;
    const { field, got, expected, message } = error;
    const why: Obstacle = { code: 'refused', field, value: got, limit: String(expected), says: message };
    return { verdict: 'impossible', from: null, to: null, why: [why], error };
  }
  const plan = planOf(a, b);
  const own = plan.bodies.get(decoded.body.key) ?? null;
  const from = decoded.body.key;
  if (own === null) {
    const says = `${b.ir.dialect} has no ${from}`;
    return stop(from, null, [{ code: 'no_message', field: 'message', value: from, limit: '', says }]);
  }
  const to = own.to.key;
  const outcome = new Outcome();
  judgeDirection(own.from, own.to, direction, b, outcome);
  const fields = carryFields(own, decoded, b, outcome);
  const header = carryHeader(plan, decoded, [a, b], bytes, outcome);
  if (outcome.why.length > 0) return stop(from, to, outcome.why);
  const encoded = encode(b, own.to, header, fields);
  if ('error' in encoded) {
    const { code, field, got, expected, message } = encoded.error;
    const kind: ObstacleCode = code === 'too_long' ? 'too_long' : 'too_large';
    return stop(from, to, [{ code: kind, field, value: got, limit: String(expected), says: message }]);
  }
  const why = brokenRules(b, own.to, encoded.bytes);
  if (why.length > 0) return stop(from, to, why);
  const { lost, assumed } = outcome;
  return { verdict: lost.length === 0 ? 'exact' : 'lossy', from, to, bytes: encoded.bytes, lost, assumed };
}

export const isImpossible = (translation: Translation): translation is Impossible =>
  translation.verdict === 'impossible';
export const isTranslated = (translation: Translation): translation is Translated =>
  translation.verdict !== 'impossible';

const stop = (from: string, to: string | null, why: readonly Obstacle[]): Impossible => ({
  verdict: 'impossible',
  from,
  to,
  why,
});

function judgeDirection(
  from: BodyIR,
  to: BodyIR,
  direction: Direction | null,
  b: DialectIndex,
  outcome: Outcome,
): void {
  if (to.from === 'either') return;
  const said = direction === null ? null : direction === 'driver->device' ? 'driver' : 'device';
  const sender = said ?? (from.from === 'either' ? null : from.from);
  if (sender === null) outcome.assume('direction', to.from === 'driver' ? 'driver->device' : 'device->driver');
  else if (sender !== to.from) {
    const says = `the ${sender} sends it, and in ${b.ir.dialect} the ${to.from} does`;
    outcome.why.push({ code: 'direction', field: 'direction', value: sender, limit: `from the ${to.from}`, says });
  }
}

/** What the text of a dialect has against a message whose body is known. */
function brokenRules(index: DialectIndex, body: BodyIR, bytes: Uint8Array): Obstacle[] {
  const decoded = decode(index, bytes, () => [body]);
  if (isRefused(decoded)) {
    const { field, got, expected, message } = decoded.error;
    return [{ code: 'too_large', field, value: got, limit: String(expected), says: message }];
  }
  const { max } = index.ir.limits;
  const long: Obstacle[] =
    max === null || decoded.size <= max
      ? []
      : [
          {
            code: 'too_long',
            field: 'size',
            value: decoded.size,
            limit: `at most ${max}`,
            says: `the message would have ${decoded.size} bytes, ${index.ir.dialect} allows ${max}`,
          },
        ];
  return [...long, ...textFindings(index, decoded, bytes).map(obstacleOf)];
}

/** What the text of a dialect has to say about the values of a message. */
export function textFindings(index: DialectIndex, decoded: Decoded, bytes: Uint8Array): Finding[] {
  const subject = { index, decoded, bytes, profile: PLAIN, direction: null, context: {}, named: null };
  return [...judgeEnums(subject), ...judgeConstraints(subject)];
}

const obstacleOf = ({ rule, field, got, expected, clause }: Finding): Obstacle => ({
  code: rule === 'enum' ? 'no_constant' : 'constraint',
  field,
  value: got,
  limit: String(expected),
  says: `${field} = ${got}: must be ${rule === 'enum' ? 'one of ' : ''}${expected}${clause === '' ? '' : ` (${clause})`}`,
});
