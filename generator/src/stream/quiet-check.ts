import type { DialectIndex } from '../interpret/dialect-index.js';
import type { BodyIR, ProfileIR } from '../ir/types.js';
import type { Context, Direction } from '../rules/finding.js';
import { ByteMasks } from './byte-masks.js';
import { codeOf, readNumber } from './read-number.js';
import { ShapeTable } from './shape-table.js';
import { type Surely, sureConstraint } from './sure-constraint.js';
import { sureEnums } from './sure-enum.js';

interface Questions {
  readonly body: BodyIR;
  readonly transport: boolean;
  readonly event: boolean;
  /** Bytes behind the known content are a finding. */
  readonly exact: boolean;
  readonly zero: ByteMasks;
  readonly surely: readonly Surely[];
}

/**
 * Tells of most messages, without building them, that no rule would object. `false` is no verdict: the rule engine has
 * to look. Whoever adds a rule there has to add its question here; test/stream-quiet.test.ts finds out who did not.
 */
export class QuietCheck {
  readonly shape: ShapeTable;
  readonly #fixed: boolean;
  readonly #deviceAt: number;
  readonly #deviceType: number;
  readonly #tokenAt: number;
  readonly #tokenType: number;
  /** By position in the IR, asked for once; null where only the rule engine can tell. */
  readonly #questions: (Questions | null | undefined)[];

  constructor(
    readonly index: DialectIndex,
    readonly profile: ProfileIR,
  ) {
    const { deviceField, tokenField } = index;
    this.shape = new ShapeTable(index);
    this.#fixed = index.ir.framing.fixedSize !== null;
    this.#deviceAt = deviceField?.offset ?? -1;
    this.#deviceType = deviceField === null ? 0 : codeOf(deviceField.type);
    this.#tokenAt = profile.token === 'opaque' ? -1 : (tokenField?.offset ?? -1);
    this.#tokenType = tokenField === null ? 0 : codeOf(tokenField.type);
    this.#questions = new Array(index.ir.bodies.length).fill(undefined);
  }

  /**
   * Whether the message in `p` to `end`, which `shape.check` has just found to hold body `i`, surely has no finding.
   * `limit` is the size limit of the bus, NaN where none is known.
   */
  quiet(view: DataView, p: number, end: number, i: number, direction: Direction | null, limit: number): boolean {
    const { profile } = this;
    const q = this.#questions[i] ?? this.#ask(i);
    if (q === null) return false;
    const { size, contentEnd } = this.shape;
    if (direction !== null && q.body.from !== 'either' && q.body.from !== senderOf(direction)) return false;
    if (this.#deviceAt >= 0) {
      const device = readNumber(view, p + this.#deviceAt, this.#deviceType);
      if (q.transport) {
        if (profile.maxDevice !== null && device > profile.maxDevice) return false;
      } else if (device !== 0 && profile.busDevice === 'zero') return false;
    }
    if (this.#tokenAt >= 0 && q.event !== (readNumber(view, p + this.#tokenAt, this.#tokenType) === 0)) return false;
    if (size > limit || (q.exact && size > contentEnd)) return false;
    if (profile.padding === 'zero' && !zeroes(view, p + size, end)) return false;
    if (this.#fixed && profile.reserved === 'judged' && !zeroes(view, p + contentEnd, p + size)) return false;
    if (!q.zero.zero(view, p)) return false;
    for (const surely of q.surely) if (!surely(view, p, limit)) return false;
    return true;
  }

  #ask(i: number): Questions | null {
    const body = this.index.ir.bodies[i];
    if (body === undefined || this.#questions[i] === null) return null;
    const questions = questionsOf(body, this.index, this.profile);
    this.#questions[i] = questions;
    return questions;
  }
}

const senderOf = (direction: Direction): string => (direction === 'driver->device' ? 'driver' : 'device');

function zeroes(view: DataView, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (view.getUint8(at) !== 0) return false;
  return true;
}

function questionsOf(body: BodyIR, { ir }: DialectIndex, profile: ProfileIR): Questions | null {
  if (profile.refuses.some((r) => r.key === body.key)) return null;
  const zero = new ByteMasks();
  if (profile.reserved === 'judged') {
    for (const field of [...ir.header, ...body.fields]) if (!zero.addReserved(field)) return null;
  }
  const enums = profile.enums === 'judged' ? sureEnums(body, ir.enums, zero) : [];
  if (enums === null) return null;
  const stated = profile.constraints === 'judged' ? body.constraints : [];
  const own = profile.rules.filter((r) => r.key === body.key);
  return {
    body,
    transport: body.class === 'transport',
    event: body.kind === 'event',
    exact: ir.framing.fixedSize === null && profile.exactSize.includes(body.kind),
    zero,
    surely: [...enums, ...[...stated, ...own].map((c) => sureConstraint(c.expression, body))],
  };
}

/** The size limit a context and a profile put on messages (NaN: none), or null where the context enables rules of state. */
export function limitIn(context: Context, profile: ProfileIR): number | null {
  for (const key in context) if (key !== 'max_msg_size') return null;
  const limit: unknown = context.max_msg_size ?? profile.maxMessageSize ?? Number.NaN;
  return typeof limit === 'number' ? limit : null;
}

const cache = new WeakMap<DialectIndex, Map<ProfileIR, QuietCheck>>();

/** The check of a dialect under a profile, built when first asked for. */
export function quietCheck(index: DialectIndex, profile: ProfileIR): QuietCheck {
  let checks = cache.get(index);
  if (checks === undefined) {
    checks = new Map();
    cache.set(index, checks);
  }
  let check = checks.get(profile);
  if (check === undefined) {
    check = new QuietCheck(index, profile);
    checks.set(profile, check);
  }
  return check;
}
