import { describe, expect, it } from 'vitest';
import { DriverBus } from '../../runtime/dist/bus/driver-bus.js';
import type { DriverBusOptions } from '../../runtime/dist/bus/driver-bus-options.js';
import { SharedMemory } from '../../runtime/dist/memory/shared-memory.js';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import type { Message } from '../../runtime/dist/wire/message.js';
import { HandClock } from './support/shell-clock.js';
import { HandMedium } from './support/shell-medium.js';
import { BASE, TestDriver, watch } from './support/shell-world.js';

const d = DIALECTS.rfc3;
type Request = Extract<Message, { readonly kind: 'request' }>;

/** A device side that answers by script: what the script returns goes out as it is. */
class Peer {
  readonly clock = new HandClock();
  readonly medium = new HandMedium();
  readonly asked: Request[] = [];
  status = 0;
  setup: Extract<Request, { name: 'SET_VQUEUE' }>['fields'] | null = null;

  /** `script` gives an answer, null for silence, or undefined for what a device that keeps to the text says. */
  constructor(readonly script: (request: Request) => Message | null | undefined) {}

  opening(options: Partial<DriverBusOptions>): Promise<DriverBus> {
    const memory = new SharedMemory([{ base: BASE, bytes: new Uint8Array(new SharedArrayBuffer(1 << 16)) }]);
    const { clock, medium } = this;
    return DriverBus.open({
      medium,
      dialect: 'rfc3',
      clock,
      memory: { memory, base: BASE, length: 1 << 16 },
      ...options,
    });
  }

  async quiet(): Promise<void> {
    for (let idle = 0; idle < 30; ) {
      const sent = this.medium.taken();
      idle = sent.length > 0 || this.clock.turn() ? 0 : idle + 1;
      for (const bytes of sent) {
        const message = d.decode(new DataView(bytes.buffer), 0, bytes.length) as Message;
        if (message.kind !== 'request') continue;
        this.asked.push(message);
        const scripted = this.script(message);
        const answer = scripted === undefined ? this.usual(message) : scripted;
        if (answer === null) continue;
        const out = new Uint8Array(264);
        this.medium.hear(out.subarray(0, d.encode(new DataView(out.buffer), 0, answer)));
      }
      await null;
    }
  }

  async pass(ms: number): Promise<void> {
    const until = this.clock.time + ms;
    await this.quiet();
    while (this.clock.fire(until)) await this.quiet();
    this.clock.time = until;
  }

  usual(request: Request): Message | null {
    const head = { kind: 'response', device: request.device, token: request.token } as const;
    switch (request.name) {
      case 'PING':
        return { ...head, name: 'PING', fields: request.fields };
      case 'GET_DEVICE_INFO':
        return {
          ...head,
          name: request.name,
          fields: {
            device_id: 4,
            vendor_id: 1,
            device_uuid: null,
            num_feature_blocks: 2,
            odd_feature_bits: 0,
            config_size: 0,
            max_virtqueues: 1,
            admin_vq_start: 0,
            admin_vq_count: 0,
          },
        };
      case 'SET_DEVICE_STATUS':
        this.status = request.fields.status;
        if (this.status === 0) this.setup = null;
        return { ...head, name: request.name, fields: { status: this.status } };
      case 'GET_DEVICE_STATUS':
        return { ...head, name: request.name, fields: { status: this.status } };
      case 'GET_DEVICE_FEATURES':
        return { ...head, name: request.name, fields: { block_index: request.fields.block_index, features: [0, 1] } };
      case 'SET_DRIVER_FEATURES':
        return { ...head, name: request.name, fields: {} };
      case 'SET_VQUEUE':
        this.setup = request.fields;
        return { ...head, name: request.name, fields: {} };
      case 'GET_VQUEUE': {
        const { size = 256, descriptor_addr = 0n, driver_addr = 0n, device_addr = 0n } = this.setup ?? {};
        return {
          ...head,
          name: request.name,
          fields: {
            index: 0,
            max_size: 256,
            // The largest size before any setup.
            cur_size: size,
            enabled: null,
            descriptor_addr,
            driver_addr,
            device_addr,
          },
        };
      }
      default:
        return null;
    }
  }
}

/** Answers GET_DEVICES as QEMU does: without a token, and never with an end. */
const qemu = (request: Request): Message | undefined => {
  if (request.name === 'PING') return { ...request, kind: 'response', token: 0 };
  if (request.name !== 'GET_DEVICES') return undefined;
  const offset = Math.min(request.fields.offset, 32);
  const count = Math.min(request.fields.count, 32 - offset);
  const bitmap = new Uint8Array(count / 8);
  if (offset === 0 && count > 0) bitmap[0] = 0b10;
  return { ...request, kind: 'response', token: 0, fields: { offset, count, next_offset: offset + count, bitmap } };
};
const QEMU = ['bus-answers-without-token', 'next-offset-never-zero', 'size-before-setup'] as const;

describe('a bus that is told what its peer does wrong', () => {
  it('finds and brings up a device of a peer like QEMU, and keeps hearing its pings', async () => {
    const peer = new Peer(qemu);
    const opening = watch(peer.opening({ quirks: QEMU, widestWindow: 32 }));
    await peer.quiet();
    expect([opening.state, opening.value?.complete]).toEqual(['ok', true]);
    const bus = opening.value!;
    expect([...bus.devices.keys()]).toEqual([1]);
    const bound = watch(bus.bind(1, new TestDriver()));
    await peer.quiet();
    expect(bound.state).toBe('ok');
    await peer.pass(60_000);
    expect(bus.state).toBe('up');
    expect(bus.counters.all()).toEqual({});
  });

  it('without being told, takes such a peer for one that is broken', async () => {
    const peer = new Peer(qemu);
    const opening = watch(peer.opening({}));
    await peer.pass(10_000);
    expect(opening.value?.complete).toBe(false);
    expect(opening.value?.state).toBe('failed');
  });

  it('gets the answer to a request that was sent again', async () => {
    const peer: Peer = new Peer((request) => (peer.asked.length === 1 ? null : qemu(request)));
    const opening = watch(peer.opening({ quirks: QEMU, widestWindow: 32 }));
    await peer.pass(1100);
    expect([opening.state, opening.value?.complete, opening.value?.devices.size]).toEqual(['ok', true, 1]);
    expect(opening.value?.counters.of('stale')).toBe(0);
  });

  it('survives lost pings and late answers to them', async () => {
    let drop = 0;
    const late: Message[] = [];
    const peer = new Peer((request) => {
      if (request.name !== 'PING' || drop <= 0) return qemu(request);
      late.push({ ...request, kind: 'response', token: 0 } as Message);
      return null;
    });
    const opening = watch(peer.opening({ quirks: QEMU, widestWindow: 32 }));
    await peer.pass(100);
    const bus = opening.value!;
    for (let round = 0; round < 10; round++) {
      drop = 1;
      await peer.pass(2200);
      drop = 0;
      // Answers that come after their question was asked again.
      for (const message of late.splice(0)) {
        const out = new Uint8Array(64);
        peer.medium.hear(out.subarray(0, d.encode(new DataView(out.buffer), 0, message)));
      }
      await peer.pass(2000);
      expect(bus.state).toBe('up');
    }
  });

  it('does not take the second copy of an answer for the answer to the next ping', async () => {
    let last: Message | null = null;
    const hear = (message: Message): void => {
      const out = new Uint8Array(64);
      peer.medium.hear(out.subarray(0, d.encode(new DataView(out.buffer), 0, message)));
    };
    const peer: Peer = new Peer((request) => {
      if (request.name !== 'PING') return qemu(request);
      if (last !== null) hear(last);
      last = { ...request, kind: 'response', token: 0 } as Message;
      return last;
    });
    const opening = watch(peer.opening({ quirks: QEMU, widestWindow: 32 }));
    await peer.pass(20_500);
    expect(opening.value?.state).toBe('up');
    // One copy of every answer but the last.
    expect(opening.value?.counters.all()).toEqual({ stale: 19 });
  });

  it('takes a count that is the number of devices', async () => {
    const peer = new Peer((request) => {
      if (request.name !== 'GET_DEVICES') return undefined;
      const { offset, count } = request.fields;
      const bitmap = new Uint8Array(count / 8);
      bitmap[0] = 0b1010;
      const bytes = new Uint8Array(264);
      const view = new DataView(bytes.buffer);
      const size = d.encode(view, 0, {
        ...request,
        kind: 'response',
        fields: { offset, count, next_offset: 0, bitmap },
      });
      // Only the count is not what the text says.
      for (let p = 8; p + 1 < 20; p++) if (view.getUint16(p, true) === count) view.setUint16(p, 2, true);
      peer.medium.hear(bytes.subarray(0, size));
      return null;
    });
    const opening = watch(peer.opening({ quirks: ['count-is-popcount'], widestWindow: 32 }));
    await peer.quiet();
    expect(opening.value?.complete).toBe(true);
    expect([...(opening.value?.devices.keys() ?? [])]).toEqual([1, 3]);
  });
});
