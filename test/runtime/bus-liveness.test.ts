import * as rfc2 from '@virtio-wire/codecs/virtio-msg/rfc2';
import * as rfc3 from '@virtio-wire/codecs/virtio-msg/rfc3';
import * as v1 from '@virtio-wire/codecs/virtio-msg/v1-2026';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Agreement } from '../../runtime/dist/core/bus/agreement.js';
import { type DeviceBusEvent, deviceBus, newDeviceBus } from '../../runtime/dist/core/bus/device-bus.js';
import {
  type DriverBusEvent,
  type DriverBusState,
  driverBus,
  newDriverBus,
} from '../../runtime/dist/core/bus/driver-bus.js';
import { newRevision, type RevisionEvent, type RevisionState, revision } from '../../runtime/dist/core/bus/revision.js';
import {
  type EnumerationEvent,
  type EnumerationState,
  enumeration,
  newEnumeration,
} from '../../runtime/dist/core/discovery/enumeration.js';
import {
  type HotplugContext,
  type HotplugEvent,
  type HotplugState,
  hotplug,
  hotplugEvent,
  newHotplug,
} from '../../runtime/dist/core/discovery/hotplug.js';
import { DEFAULT_LIMITS } from '../../runtime/dist/core/limits.js';
import { type Machine, step } from '../../runtime/dist/core/table.js';
import type { DeviceInfo, Message } from '../../runtime/dist/wire/message.js';
import { runs } from './support/properties.js';

interface Codec {
  readonly decode: (view: DataView, p: number, end: number) => unknown;
}
type Body = { encode_message(view: DataView, p: number, message: { header: object; fields: object }): number };
interface Dialect {
  readonly name: string;
  readonly codec: Codec;
  readonly headerSize: number;
  readonly leastSize: number;
  readonly uuid: boolean;
}

const DIALECTS: readonly Dialect[] = [
  { name: 'rfc2', codec: rfc2, headerSize: 6, leastSize: 44, uuid: false },
  { name: 'rfc3', codec: rfc3, headerSize: 8, leastSize: 44, uuid: false },
  { name: 'pr28', codec: rfc3, headerSize: 8, leastSize: 44, uuid: false },
  { name: 'v1-2026', codec: v1, headerSize: 8, leastSize: 52, uuid: true },
];

/** Enough of a wire adapter for discovery. */
function encode({ codec, uuid }: Dialect, message: Message): Uint8Array {
  const body = (codec as unknown as Record<string, Body>)[`${message.name}_${message.kind}`] as Body;
  const fields: Record<string, unknown> = { ...message.fields };
  if ('num_feature_blocks' in fields && !uuid) fields.num_feature_bits = (fields.num_feature_blocks as number) * 32;
  const view = new DataView(new ArrayBuffer(600));
  const size = body.encode_message(view, 0, { header: { dev_num: message.device, token: message.token }, fields });
  expect(size).toBeGreaterThan(0);
  return new Uint8Array(view.buffer, 0, size).slice();
}

function decode({ codec, uuid }: Dialect, bytes: Uint8Array): Message {
  const read = codec.decode(new DataView(bytes.buffer), 0, bytes.length) as {
    message: string;
    kind: string;
    header: { dev_num: number; token?: number };
    fields: Record<string, unknown>;
  };
  expect(read.header, JSON.stringify(read)).toBeDefined();
  const fields: Record<string, unknown> = { ...read.fields };
  if ('num_feature_bits' in fields && !uuid) {
    fields.num_feature_blocks = (fields.num_feature_bits as number) >>> 5;
    fields.odd_feature_bits = (fields.num_feature_bits as number) & 31;
    fields.device_uuid = null;
  } else if ('num_feature_blocks' in fields) fields.odd_feature_bits = 0;
  const { dev_num: device, token = 0 } = read.header;
  return { name: read.message, kind: read.kind, device, token, fields } as unknown as Message;
}

const infoOf = (device: number, uuid: boolean): DeviceInfo => ({
  device_id: 1 + (device % 40),
  vendor_id: device,
  device_uuid: uuid ? new Uint8Array(16).fill(1 + (device & 0x7f)) : null,
  num_feature_blocks: 2,
  odd_feature_bits: 0,
  config_size: 0,
  max_virtqueues: 1,
  admin_vq_start: 0,
  admin_vq_count: 0,
});
const ZEROS: DeviceInfo = { ...infoOf(0, false), device_id: 0, num_feature_blocks: 0, max_virtqueues: 0 };

interface Plan {
  readonly dialect: Dialect;
  readonly negotiated: boolean;
  readonly ours: number;
  readonly theirs: number;
  readonly devices: readonly number[];
  /** Devices to add, or to remove where they are there, while the world runs. */
  readonly changes: readonly number[];
  /** Which of the things that may happen next does. */
  readonly choose: (below: number) => number;
}

type Packet =
  | Uint8Array
  | { readonly version: Agreement }
  | { readonly accepted: Agreement }
  | { readonly refused: number };

class Instance<State extends string, Context, Event extends { readonly type: string }, Effect> {
  constructor(
    readonly machine: Machine<State, Context, Event, Effect>,
    public state: State,
    readonly context: Context,
    readonly act: (effect: Effect) => void,
  ) {}
  feed(event: Event): void {
    const result = step(this.machine, this.state, this.context, event);
    this.state = result.state;
    for (const effect of result.effects) this.act(effect);
  }
}

/** Both ends of a bus on a medium that keeps order and loses nothing; returns what the driver side ends with. */
function world(plan: Plan) {
  const { dialect } = plan;
  const toDevice: Packet[] = [];
  const toDriver: Packet[] = [];
  const soon: (() => void)[] = [];
  let token = 0;
  const waiting: {
    readonly token: number;
    readonly name: string;
    readonly device: number;
    settle(answer: Message): void;
  }[] = [];
  const put = (queue: Packet[], message: Message, limit: number): void => {
    const bytes = encode(dialect, message);
    expect(bytes.length, `${message.name} on a bus of ${limit}`).toBeLessThanOrEqual(limit);
    queue.push(bytes);
  };
  let limit = 0;
  const request = (message: Message, settle: (answer: Message) => void): { cancel(): void } => {
    token = (token % 65535) + 1;
    const entry = { token: dialect.headerSize === 6 ? 0 : token, name: message.name, device: message.device, settle };
    waiting.push(entry);
    put(toDevice, { ...message, token: entry.token }, limit);
    return {
      cancel: () => {
        entry.settle = () => {};
      },
    };
  };

  let listed: readonly number[] | null = null;
  const plugs = new Map<number, Instance<HotplugState, HotplugContext, HotplugEvent, unknown>>();
  function plug(number: number) {
    const known = plugs.get(number);
    if (known !== undefined) return known;
    let sent: { cancel(): void } | null = null;
    const it = new Instance(hotplug, 'absent' as HotplugState, newHotplug({ number, limits: DEFAULT_LIMITS }), (e) => {
      if (e.type === 'request') {
        sent = request(e.message, (answer) => {
          if (answer.name === 'GET_DEVICE_INFO' && answer.kind === 'response')
            it.feed({ type: 'response', info: answer.fields });
        });
      } else if (e.type === 'abandon') sent?.cancel();
    });
    plugs.set(number, it as never);
    return it;
  }

  const rev = new Instance(
    revision,
    'idle' as RevisionState,
    newRevision({ maxSize: plan.ours, features: 3 }, DEFAULT_LIMITS),
    (e) => {
      if (e.type === 'propose') toDevice.push({ version: e });
      else if (e.type === 'agreed') driver.feed({ type: 'agreed', agreement: e.agreement });
      else if (e.type === 'refused') driver.feed({ type: 'no_common_revision' });
    },
  );
  let walker: Instance<EnumerationState, ReturnType<typeof newEnumeration>, EnumerationEvent, unknown> | null = null;
  const startWalk = (maxSize: number): void => {
    const c = newEnumeration({ maxSize, headerSize: dialect.headerSize, granule: 8, limits: DEFAULT_LIMITS });
    const it = new Instance(enumeration, 'idle' as EnumerationState, c, (e) => {
      if (e.type === 'request') {
        request(e.message, (answer) => {
          if (answer.name === 'GET_DEVICES' && answer.kind === 'response')
            it.feed({ type: 'response', page: answer.fields });
        });
      } else if (e.type === 'finished') driver.feed({ type: 'enumerated', devices: e.devices });
      else if (e.type === 'failed') driver.feed({ type: 'enumeration_failed', devices: e.devices, code: e.code });
      else if (e.type === 'device') plug(e.number).feed(hotplugEvent(e));
    });
    walker = it as never;
    it.feed({ type: 'start' });
  };
  const driver: Instance<DriverBusState, ReturnType<typeof newDriverBus>, DriverBusEvent, never> = new Instance(
    driverBus,
    'down',
    newDriverBus({ limits: DEFAULT_LIMITS, leastSize: dialect.leastSize }),
    (e) => {
      if (e.type === 'start_medium') soon.push(() => driver.feed({ type: 'medium_ready' }));
      else if (e.type === 'negotiate') {
        if (plan.negotiated) rev.feed({ type: 'start', revisions: [2, 1] });
        else
          driver.feed({
            type: 'agreed',
            agreement: { revision: 1, maxSize: Math.min(plan.ours, plan.theirs), features: 0 },
          });
      } else if (e.type === 'limits') limit = e.agreement.maxSize;
      else if (e.type === 'enumerate') startWalk(e.maxSize);
      else if (e.type === 'up' && e.event.type === 'ready') {
        listed = e.event.devices;
        for (const number of listed) plug(number).feed({ type: 'ready' });
      } else if (e.type === 'device') {
        if (walker !== null && walker.state === 'page')
          walker.feed({ type: 'device', number: e.number, state: e.state });
        else plug(e.number).feed(hotplugEvent(e));
      } else if (e.type === 'request') {
        request(e.message, (answer) => {
          if (answer.name === 'PING' && answer.kind === 'response') driver.feed({ type: 'response', message: answer });
        });
      }
    },
  ) as never;

  let theirLimit = Math.min(plan.ours, plan.theirs);
  const device: Instance<string, ReturnType<typeof newDeviceBus>, DeviceBusEvent, never> = new Instance(
    deviceBus,
    'down',
    newDeviceBus({
      negotiates: plan.negotiated,
      revisions: [1],
      ours: { maxSize: plan.theirs, features: 1 },
      polled: false,
      headerSize: dialect.headerSize,
      granule: 8,
      devices: plan.devices,
    }),
    (e) => {
      if (e.type === 'accept') toDriver.push({ accepted: e.agreement });
      else if (e.type === 'limits') theirLimit = Math.min(theirLimit, e.agreement.maxSize);
      else if (e.type === 'refuse') toDriver.push({ refused: e.revision });
      else if (e.type === 'send') put(toDriver, e.message, theirLimit);
      else if (e.type === 'route' && e.message.name === 'GET_DEVICE_INFO') {
        const there = device.context.devices.has(e.message.device);
        const fields = there
          ? infoOf(e.message.device, dialect.uuid)
          : { ...ZEROS, device_uuid: dialect.uuid ? new Uint8Array(16) : null };
        put(toDriver, { ...e.message, kind: 'response', fields } as Message, theirLimit);
      }
    },
  ) as never;
  device.feed({ type: 'open' });
  if (!plan.negotiated) device.feed({ type: 'connected' });

  function deviceGets(packet: Packet): void {
    if (packet instanceof Uint8Array) device.feed({ type: 'received', message: decode(dialect, packet) });
    else if ('version' in packet) device.feed({ ...packet.version, type: 'version_request' });
  }
  function driverGets(packet: Packet): void {
    if ('accepted' in packet) rev.feed({ type: 'accepted', ...packet.accepted } as RevisionEvent);
    else if ('refused' in packet) rev.feed({ type: 'refused', revision: packet.refused });
    else if (packet instanceof Uint8Array) {
      const message = decode(dialect, packet);
      if (message.kind !== 'response') {
        driver.feed({ type: 'received', message });
        return;
      }
      const i = waiting.findIndex(
        (w) => w.token === message.token && w.name === message.name && w.device === message.device,
      );
      expect(i).toBeGreaterThanOrEqual(0);
      waiting.splice(i, 1)[0]?.settle(message);
    }
  }

  driver.feed({ type: 'open' });
  const changes = [...plan.changes];
  let steps = 0;
  for (;;) {
    const may: (() => void)[] = [];
    if (soon.length > 0) may.push(() => soon.shift()?.());
    if (toDevice.length > 0) may.push(() => deviceGets(toDevice.shift() as Packet));
    if (toDriver.length > 0) may.push(() => driverGets(toDriver.shift() as Packet));
    if (changes.length > 0) {
      may.push(() => {
        const number = changes.shift() as number;
        device.feed({ type: device.context.devices.has(number) ? 'removed' : 'added', device: number });
      });
    }
    if (driver.state === 'up' && steps % 17 === 0) may.push(() => driver.feed({ type: 'timer', timer: 'ping' }));
    if (soon.length + toDevice.length + toDriver.length + changes.length === 0) break;
    may[plan.choose(may.length)]?.();
    expect(++steps, 'it comes to rest').toBeLessThan(200_000);
  }
  return {
    driver,
    listed,
    truth: [...device.context.devices].sort((a, b) => a - b),
    present: [...plugs]
      .filter(([, p]) => p.state === 'present')
      .map(([n]) => n)
      .sort((a, b) => a - b),
    infos: [...plugs].flatMap(([n, p]) => (p.state === 'present' ? [[n, p.context.info] as const] : [])),
    unsettled: waiting.length,
    pings: driver.context.unanswered.length,
  };
}

describe.each(DIALECTS)('two honest buses in $name', (dialect) => {
  it('come up with every device, whatever is delivered first, with and without negotiation', () => {
    const number = fc.oneof(fc.integer({ min: 0, max: 65535 }), fc.integer({ min: 0, max: 300 }));
    const options = fc.record({
      negotiated: fc.boolean(),
      ours: fc.integer({ min: dialect.leastSize, max: 600 }),
      theirs: fc.integer({ min: dialect.leastSize, max: 600 }),
      devices: fc.uniqueArray(number, { maxLength: 12 }),
      changes: fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 6 }),
    });
    fc.assert(
      fc.property(options, fc.gen(), (o, gen) => {
        const end = world({ ...o, dialect, choose: (below) => gen(fc.nat, { max: below - 1 }) });
        expect(end.driver.state).toBe('up');
        expect(end.unsettled).toBe(0);
        expect(end.pings).toBe(0);
        expect(end.present).toEqual(end.truth);
        if (o.changes.length === 0) expect(end.listed).toEqual(end.truth);
        for (const [n, info] of end.infos) expect(info).toMatchObject({ vendor_id: n, num_feature_blocks: 2 });
      }),
      runs(),
    );
  });
});
