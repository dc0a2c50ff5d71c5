import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cachedConfig, driverConfigMachine } from '../../runtime/dist/core/config/driver-config.js';
import {
  type DriverConfigContext,
  type DriverConfigEffect,
  type DriverConfigEvent,
  type DriverConfigState,
  driverConfig,
} from '../../runtime/dist/core/config/driver-config-contract.js';
import { type DeviceContext, type DeviceSetup, deviceContext } from '../../runtime/dist/core/device/context.js';
import type { DeviceEffect, DeviceEvent } from '../../runtime/dist/core/device/contract.js';
import { stepDevice } from '../../runtime/dist/core/device/device.js';
import { FeatureBit, hasFeature } from '../../runtime/dist/core/device/feature-bits.js';
import { checksGeneration, type Dialect, room, TEXTS } from '../../runtime/dist/core/device/texts.js';
import type { InitEffect, InitEvent } from '../../runtime/dist/core/driver/contract.js';
import { stepInit } from '../../runtime/dist/core/driver/init.js';
import { type InitContext, type InitState, initContext } from '../../runtime/dist/core/driver/init-context.js';
import {
  ringSize,
  type VqueueContext,
  type VqueueEvent,
  type VqueueState,
  vqueueContext,
  vqueueMachine,
} from '../../runtime/dist/core/driver/vqueue.js';
import { DEFAULT_LIMITS } from '../../runtime/dist/core/limits.js';
import { step } from '../../runtime/dist/core/table.js';
import type { TransportMessage } from '../../runtime/dist/wire/message.js';
import { atLeast, runs } from './support/properties.js';

const DIALECTS: readonly Dialect[] = ['rfc2', 'rfc3', 'pr28', 'v1-2026'];

/** What a handler that never fails answers to one effect. */
function handlerSays(c: DeviceContext, effect: DeviceEffect): DeviceEvent | null {
  switch (effect.type) {
    case 'activate':
      return { type: 'activated', epoch: effect.epoch, ok: true };
    case 'suspend':
      return { type: 'suspended', epoch: effect.epoch, ok: true };
    case 'resume':
      return { type: 'resumed', epoch: effect.epoch, ok: true };
    case 'quiesce':
      return { type: 'quiesced', epoch: effect.epoch };
    case 'stopQueue':
      return effect.drain ? { type: 'queueStopped', epoch: effect.epoch, index: effect.index } : null;
    case 'applyConfig': {
      const bytes = c.config.bytes.slice();
      bytes.set(effect.data, effect.offset);
      return { type: 'configApplied', epoch: effect.epoch, bytes };
    }
    default:
      return null;
  }
}

/** A driver, made of its three machines, and a device, with one queue of messages each way and nothing lost. */
class Exchange {
  readonly device: DeviceContext;
  readonly init: InitContext;
  initState: InitState = 'start';
  readonly config: DriverConfigContext;
  configState: DriverConfigState = 'idle';
  readonly queues: { state: VqueueState; context: VqueueContext }[] = [];
  readonly results: DriverConfigEffect[] = [];
  readonly toDevice: TransportMessage[] = [];
  readonly toDriver: TransportMessage[] = [];
  readonly handler: DeviceEvent[] = [];
  /** Which machine each outstanding request belongs to, oldest first. */
  readonly owners: ('init' | 'config' | number)[] = [];
  steps = 0;

  constructor(
    readonly setup: DeviceSetup,
    supported: readonly number[],
    readonly wanted: number,
  ) {
    this.device = deviceContext(setup);
    const { device, dialect, maxMessageSize } = setup;
    this.init = initContext({ device, dialect, maxMessageSize, numBlocks: setup.features.length, supported });
    this.config = driverConfig({
      device,
      size: setup.config!.length,
      room: room(dialect, maxMessageSize, 'GET_CONFIG'),
      checked: checksGeneration(dialect, setup.transportFeatures ?? 0),
      readAttempts: DEFAULT_LIMITS.configReadAttempts,
      writeRetries: DEFAULT_LIMITS.configWriteRetries,
      maxWaiting: 16,
    });
  }

  #send(owner: 'init' | 'config' | number, message: TransportMessage): void {
    this.owners.push(owner);
    this.toDevice.push({ ...message, token: 1 + (this.steps % 65535) });
  }

  toInit(event: InitEvent): void {
    const { state, effects } = stepInit(this.initState, this.init, event);
    this.initState = state;
    for (const effect of effects) this.#initEffect(effect);
  }

  #initEffect(effect: InitEffect): void {
    if (effect.type === 'send') this.#send('init', effect.message);
    if (effect.type !== 'up') return;
    if (effect.what === 'offered') this.toInit({ type: 'choose', without: [] });
    if (effect.what === 'setup') {
      this.toConfig({ type: 'read', id: 1, offset: 0, length: this.config.size });
      for (const index of this.setup.queues.keys()) {
        const context = vqueueContext({
          device: this.setup.device,
          index,
          packed: hasFeature(effect.features, FeatureBit.RING_PACKED),
          enableFlag: TEXTS[this.setup.dialect].enableFlag,
          ringReset: hasFeature(effect.features, FeatureBit.RING_RESET),
        });
        this.queues[index] = { state: 'unset', context };
        this.toQueue(index, { type: 'featuresOk' });
        this.toQueue(index, { type: 'setup', wanted: this.wanted });
      }
      this.#whenSetUp();
    }
    if (effect.what === 'live') for (const index of this.queues.keys()) this.toQueue(index, { type: 'deviceLive' });
  }

  toQueue(index: number, event: VqueueEvent): void {
    const queue = this.queues[index]!;
    const { state, effects } = step(vqueueMachine, queue.state, queue.context, event);
    queue.state = state;
    for (const effect of effects) {
      if (effect.type === 'send') this.#send(index, effect.message);
      if (effect.type === 'allocate') {
        const at = BigInt(1 + index) << 24n;
        const areas = { descriptor_addr: at, driver_addr: at + (1n << 20n), device_addr: at + (1n << 21n) };
        this.toQueue(index, { type: 'memory', areas });
      }
    }
  }

  toConfig(event: DriverConfigEvent): void {
    const { state, effects } = step(driverConfigMachine, this.configState, this.config, event);
    this.configState = state;
    for (const effect of effects) {
      if (effect.type === 'send') this.#send('config', effect.message);
      else this.results.push(effect);
    }
  }

  #whenSetUp(): void {
    const settled = (i: number): boolean => this.queues[i]!.state === (this.setup.queues[i] === 0 ? 'unset' : 'ready');
    if (this.initState === 'setup' && this.config.current === null && [...this.queues.keys()].every(settled)) {
      this.toInit({ type: 'ready' });
    }
  }

  toDeviceMachine(event: DeviceEvent): void {
    for (const effect of stepDevice(this.device, event)) {
      if (effect.type === 'reply' || effect.type === 'send') this.toDriver.push(effect.message);
      const answer = handlerSays(this.device, effect);
      if (answer !== null) this.handler.push(answer);
    }
  }

  #deliver(message: TransportMessage): void {
    if (message.kind === 'event') {
      if (message.name !== 'EVENT_CONFIG') return;
      this.toDeviceMachine({ type: 'configEventSent' });
      this.toInit({ type: 'configEvent', status: message.fields.device_status });
      this.toConfig({ type: 'event', fields: message.fields });
      return;
    }
    const owner = this.owners.shift()!;
    if (message.kind !== 'response') return;
    switch (message.name) {
      case 'SET_DEVICE_STATUS':
      case 'GET_DEVICE_STATUS':
        this.toInit({ type: 'status', status: message.fields.status });
        break;
      case 'GET_DEVICE_FEATURES':
        this.toInit({ type: 'features', fields: message.fields });
        break;
      case 'SET_DRIVER_FEATURES':
        this.toInit({ type: 'featuresTaken' });
        break;
      case 'GET_CONFIG':
        this.toConfig({ type: 'got', fields: message.fields });
        this.#whenSetUp();
        break;
      case 'SET_CONFIG':
        this.toConfig({ type: 'set', fields: message.fields });
        break;
      case 'GET_VQUEUE':
        this.toQueue(owner as number, { type: 'queue', fields: message.fields });
        this.#whenSetUp();
        break;
      case 'SET_VQUEUE':
        this.toQueue(owner as number, { type: 'set' });
        break;
      default:
        throw new Error(`nobody asked for ${message.name}`);
    }
  }

  /** Moves one message or one answer of the handler, `pick` choosing which; false when nothing is left to move. */
  move(pick: number): boolean {
    const ready = [this.toDevice, this.toDriver, this.handler].filter((q) => q.length > 0);
    if (ready.length === 0) return false;
    if (++this.steps > 20_000) throw new Error('it does not come to an end');
    const from = ready[pick % ready.length]!;
    if (from === this.toDevice) this.toDeviceMachine({ type: 'message', message: this.toDevice.shift()! });
    else if (from === this.toDriver) this.#deliver(this.toDriver.shift()!);
    else this.toDeviceMachine(this.handler.shift()!);
    return true;
  }
}

const block = fc.integer({ min: 0, max: 0xffffffff });
const arbitrarySetup = fc
  .record({
    dialect: fc.constantFrom(...DIALECTS),
    maxMessageSize: fc.integer({ min: 52, max: 264 }),
    low: block,
    high: block,
    more: fc.array(block, { maxLength: 6 }),
    queues: fc.array(fc.oneof(fc.integer({ min: 1, max: 32768 }), fc.constant(0)), { maxLength: 4 }),
    config: fc.uint8Array({ maxLength: 300 }),
    generation: fc.constantFrom(0, 41, 0xffffffff),
  })
  .map(
    ({ low, high, more, ...rest }): DeviceSetup => ({
      ...rest,
      device: 3,
      device_id: 4,
      vendor_id: 0,
      features: [low, (high | 1) >>> 0, ...more],
      writable: [{ offset: 0, length: 300 }],
    }),
  );

describe('a driver and a device', () => {
  test('reach live over any exchange that loses nothing, in each dialect (invariant 13)', () => {
    const reached = new Map<string, number>();
    fc.assert(
      fc.property(
        arbitrarySetup,
        fc.array(block, { minLength: 2, maxLength: 8 }),
        fc.integer({ min: 1, max: 40_000 }),
        fc.infiniteStream(fc.nat(2)),
        (setup, blocks, wanted, picks) => {
          const supported = blocks.map((b, i) => (i === 1 ? (b | 1) >>> 0 : b));
          const x = new Exchange(setup, supported, wanted);
          x.toInit({ type: 'begin' });
          while (x.move(picks.next().value));
          const both = setup.features.map((b, i) => (b & (supported[i] ?? 0)) >>> 0);
          expect([x.initState, x.device.status, x.device.chosen]).toEqual(['live', 15, both]);
          const packed = hasFeature(both, FeatureBit.RING_PACKED);
          for (const [i, max] of setup.queues.entries()) {
            const size = max === 0 ? undefined : ringSize(wanted, max, packed);
            expect(x.queues[i]!.state).toBe(max === 0 ? 'unset' : 'live');
            expect(x.device.queues.get(i)?.setup?.size).toBe(size);
            expect(x.device.queues.get(i)?.life).toBe(max === 0 ? undefined : 'live');
          }
          expect(cachedConfig(x.config)).toEqual({ data: setup.config, generation: setup.generation });
          reached.set(setup.dialect, (reached.get(setup.dialect) ?? 0) + 1);
        },
      ),
      runs(),
    );
    for (const dialect of DIALECTS) expect(reached.get(dialect)).toBeGreaterThan(atLeast(100));
  });

  test('a snapshot of the configuration carries one generation that was, whoever writes meanwhile (invariant 11)', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 6 });
    const action = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({ do: fc.constant('move' as const), offset: fc.nat(2), data: bytes, length: fc.nat(4) }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('change' as const), offset: fc.nat(40), data: bytes, length: fc.nat() }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          do: fc.constant('scatter' as const),
          offset: fc.nat(20),
          data: bytes,
          length: fc.nat(18),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({ do: fc.constant('write' as const), offset: fc.nat(40), data: bytes, length: fc.nat() }),
      },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constant('read' as const), offset: fc.nat(40), data: bytes, length: fc.nat(46) }),
      },
    );
    let snapshots = 0;
    fc.assert(
      fc.property(
        fc.constantFrom(...DIALECTS),
        fc.constantFrom(0, 1),
        fc.integer({ min: 48, max: 70 }),
        fc.array(action, { minLength: 20, maxLength: 120, size: 'max' }),
        fc.boolean(),
        (dialect, transportFeatures, maxMessageSize, actions, overtaking) => {
          const setup: DeviceSetup = {
            device: 3,
            dialect,
            transportFeatures,
            maxMessageSize: Math.max(52, maxMessageSize),
            device_id: 2,
            vendor_id: 0,
            features: [0, 1],
            queues: [],
            config: new Uint8Array(46),
            writable: [{ offset: 10, length: 36 }],
            generation: 0xfffffff0,
          };
          const x = new Exchange(setup, [0, 1], 8);
          x.toInit({ type: 'begin' });
          while (x.move(0));
          expect(x.initState).toBe('live');
          // Every pair of generation and bytes there ever was.
          const was = new Set<string>();
          const now = (): string => `${x.device.config.generation} ${x.device.config.bytes}`;
          const existed = (generation: number, data: Uint8Array, offset: number): boolean =>
            [...was].some((entry) => {
              const [g, all] = entry.split(' ') as [string, string];
              return (
                Number(g) === generation && String(all.split(',').slice(offset, offset + data.length)) === String(data)
              );
            });
          const asked = new Map<number, number>();
          let id = 10;
          was.add(now());
          const look = (): void => {
            was.add(now());
            for (const result of x.results.splice(0)) {
              if (result.type !== 'done' || !asked.has(result.id)) continue;
              snapshots++;
              expect(existed(result.generation, result.data, asked.get(result.id)!)).toBe(true);
            }
            const cached = cachedConfig(x.config);
            if (cached !== null) expect(was.has(`${cached.generation} ${cached.data}`)).toBe(true);
          };
          for (const { do: what, offset, data, length } of actions) {
            if (what === 'move') {
              // Events may overtake answers and the other way round; neither overtakes its own kind.
              if (overtaking && offset === 2 && x.toDriver.length > 1) {
                const [first, second] = [x.toDriver[0]!, x.toDriver[1]!];
                if ((first.kind === 'event') !== (second.kind === 'event')) x.toDriver.splice(0, 2, second, first);
              }
              x.move(offset);
            }
            if (what === 'change') x.toDeviceMachine({ type: 'configChanged', changes: [{ offset, data }] });
            if (what === 'scatter') {
              const changes = [
                { offset, data },
                { offset: offset + 20, data },
              ];
              x.toDeviceMachine({ type: 'configChanged', changes });
            }
            if (what === 'write') x.toConfig({ type: 'write', id: ++id, offset, data, merge: false });
            if (what === 'read') {
              asked.set(++id, offset);
              x.toConfig({ type: 'read', id, offset, length });
            }
            look();
          }
          while (x.move(0)) look();
          look();
          expect([x.configState, x.config.current]).toEqual(['idle', null]);
        },
      ),
      runs(3000),
    );
    expect(snapshots).toBeGreaterThan(atLeast(2000));
  });

  test('a device that resets itself by need is brought up again', () => {
    const x = new Exchange(
      {
        device: 3,
        dialect: 'v1-2026',
        maxMessageSize: 264,
        device_id: 4,
        vendor_id: 0,
        features: [0, 1],
        queues: [8],
        config: new Uint8Array(4),
      },
      [0, 1],
      8,
    );
    x.toInit({ type: 'begin' });
    while (x.move(0));
    x.toDeviceMachine({ type: 'queueFault', index: 0, code: 'q_bad_head' });
    while (x.move(0));
    expect([x.initState, x.device.status]).toEqual(['needs_reset', 15 | 64]);
    x.toQueue(0, { type: 'deviceReset' });
    x.toInit({ type: 'recover', now: 0 });
    while (x.move(0));
    expect([x.initState, x.device.status, x.device.queues.get(0)?.life]).toEqual(['live', 15, 'live']);
  });
});
