import type { WireError } from '@virtio-wire/codecs/support/v1';
import type { Body } from './body.js';
import type { Kind, Message, Name } from './message.js';
import { u16 } from './width.js';

export type DialectName = 'rfc2' | 'rfc3' | 'pr28' | 'v1-2026';

/** Whether responses reach callers in request order per device, or as they come. */
export type Order = 'strict' | 'relaxed';

/** How a text of virtio-msg behaves where bytes alone do not tell. */
export interface Traits {
  readonly name: DialectName;
  /** Bytes in front of the payload. */
  readonly headerSize: number;
  readonly hasToken: boolean;
  /** `checked`: requests have a non-zero token, events zero (S3). `opaque`: the token is the bus's own (S4, S5). */
  readonly tokens: 'none' | 'checked' | 'opaque';
  /** Default order of a bus instance. */
  readonly order: Order;
  /** Whether the device has to answer in request order, so that an answer tells that no older one can follow. */
  readonly answersInOrder: boolean;
  /** Whether SET_CONFIG names a generation that counts: always, or only with transport feature bit 0. */
  readonly generation: 'always' | 'feature';
  /** Smallest limit in bytes a bus may advertise. */
  readonly minMessage: number;
  /** What offsets and lengths of windows of device numbers are multiples of. */
  readonly granule: 1 | 8;
}

/** The bytes of one text of virtio-msg, read and written as logical messages. */
export interface Dialect extends Traits {
  /** Bytes that header and payload announce, at least headerSize bytes being there. */
  messageSize(view: DataView, p: number): number;
  /** Device number in the header. */
  deviceOf(view: DataView, p: number): number;
  /** Token in the header, 0 where there is none. */
  tokenOf(view: DataView, p: number): number;
  /**
   * The body that a header's type and id ask for, or undefined. The free bits of the type are not looked at. An id of an
   * event finds the event whatever its response bit says, so that a response to an event can be told from nonsense.
   */
  bodyAt(view: DataView, p: number): Body | undefined;
  /** The body of a logical message, or undefined where the dialect has no such message. */
  bodyOf(name: Name, kind: Kind): Body | undefined;
  /** Reads a message whose shape `body.check` has passed. Owns its bytes. */
  read(view: DataView, p: number, body: Body): Message;
  /** Reads bytes p..end-1, or says what is wrong with them. Surplus bytes are ignored. Never throws. */
  decode(view: DataView, p: number, end: number): Message | WireError;
  /**
   * Writes a message and returns its size in bytes; 0, and nothing to be relied on written, when the dialect has no word for
   * it, a value does not fit its field or the view has no room. Never throws.
   */
  encode(view: DataView, p: number, message: Message): number;
  /** Bytes `encode` would write, or 0 where the dialect has no such message. */
  sizeOf(message: Message): number;
}

// Type bits 0 and 1 and the id, as an index: type in the low bits.
const slot = (type: number, id: number): number => (type & 3) | (id << 2);
const RESPONSE = 1;

/** Ids 0x40..0x7f and 0xc0..0xff are events (pr28, four bands; the older texts have none above 0x7f). */
export const isEventId = (id: number): boolean => (id & 0x40) !== 0;

/** What says why bytes are no message of a dialect at all: the dispatchers of the generated codecs. */
export interface Refusal {
  readonly check: (view: DataView, p: number, end: number) => number;
  readonly describe: (view: DataView, p: number, end: number, code: number) => WireError;
}

/** Makes a dialect of its traits and its bodies. */
export function dialect(traits: Traits, bodies: readonly Body[], refusal: Refusal): Dialect {
  const { headerSize, hasToken } = traits;
  const sizeAt = headerSize - 2;
  const bySlot: (Body | undefined)[] = new Array(1024).fill(undefined);
  const byName: Readonly<Record<Kind, Map<Name, Body>>> = { request: new Map(), response: new Map(), event: new Map() };
  for (const body of bodies) {
    bySlot[slot(body.type, body.id)] = body;
    if (body.kind === 'event') bySlot[slot(body.type | RESPONSE, body.id)] = body;
    byName[body.kind].set(body.name, body);
  }
  const bodyAt = (view: DataView, p: number): Body | undefined => bySlot[slot(view.getUint8(p), view.getUint8(p + 1))];
  const { request, response, event } = byName;
  const bodyOf = (name: Name, kind: Kind): Body | undefined =>
    (kind === 'request' ? request : kind === 'response' ? response : event).get(name);
  const deviceOf = (view: DataView, p: number): number => view.getUint16(p + 2, true);
  const tokenOf = (view: DataView, p: number): number => (hasToken ? view.getUint16(p + 4, true) : 0);
  // Every message is made here, so that all of them have one hidden class whatever their fields.
  const read = (view: DataView, p: number, body: Body): Message =>
    ({
      name: body.name,
      kind: body.kind,
      device: deviceOf(view, p),
      token: tokenOf(view, p),
      fields: body.read(view, p),
    }) as Message;
  const sizeOf = (message: Message): number => {
    const body = bodyOf(message.name, message.kind);
    return body === undefined ? 0 : body.minSize + body.tailOf(message.fields as never);
  };
  return {
    ...traits,
    messageSize: (view, p) => view.getUint16(p + sizeAt, true),
    deviceOf,
    tokenOf,
    bodyAt,
    bodyOf,
    read,
    decode(view, p, end) {
      const body = end - p >= headerSize ? bodyAt(view, p) : undefined;
      if (body === undefined) return refusal.describe(view, p, end, refusal.check(view, p, end));
      const code = body.check(view, p, end);
      return code === 0 ? read(view, p, body) : body.describe(view, p, end, code);
    },
    encode(view, p, message) {
      const body = bodyOf(message.name, message.kind);
      if (body === undefined || !u16(message.device) || !u16(message.token)) return 0;
      if (p + body.minSize + body.tailOf(message.fields as never) > view.byteLength) return 0;
      return body.write(view, p, message.device, message.token, message.fields as never);
    },
    sizeOf,
  };
}
