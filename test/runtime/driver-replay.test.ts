import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cachedConfig, driverConfigMachine } from '../../runtime/dist/core/config/driver-config.js';
import {
  type DriverConfigEffect,
  type DriverConfigEvent,
  type DriverConfigState,
  driverConfig,
} from '../../runtime/dist/core/config/driver-config-contract.js';
import { checksGeneration, type Dialect, room, TEXTS } from '../../runtime/dist/core/device/texts.js';
import type { InitEffect, InitEvent } from '../../runtime/dist/core/driver/contract.js';
import { stepInit } from '../../runtime/dist/core/driver/init.js';
import { type InitState, initContext } from '../../runtime/dist/core/driver/init-context.js';
import {
  type VqueueEvent,
  type VqueueState,
  vqueueContext,
  vqueueMachine,
} from '../../runtime/dist/core/driver/vqueue.js';
import { step } from '../../runtime/dist/core/table.js';
import { DIALECTS } from '../../runtime/dist/wire/dialects.js';
import type { Message, TransportMessage } from '../../runtime/dist/wire/message.js';

/**
 * The device's frames of a capture go to the driver machines. Each of their requests is answered with the next answer the
 * capture has to the same request; requests of Linux in between, which our driver does not send, are skipped and told, and
 * so are requests of ours that Linux does not send.
 */
const FOLDER = new URL('../vectors/traces/', import.meta.url);
const TRACES = readdirSync(FOLDER).filter((name) => /^linux-loopback-.*\.jsonl$/.test(name));

interface Header {
  readonly dialect: Dialect;
  readonly bus_max_msg_size: number;
  readonly device_number: number;
  readonly device_features: string;
}
type Exchanged = { readonly request: TransportMessage; readonly response: TransportMessage };

/** Fields in one spelling; what a dialect cannot say is null, or left out. */
const plain = (fields: object): string =>
  JSON.stringify(
    Object.entries(fields)
      .filter(([, v]) => v !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    (_k, v) => (typeof v === 'bigint' ? `${v}n` : v instanceof Uint8Array ? [...v] : v),
  );

function capture(name: string) {
  const lines = readFileSync(new URL(name, FOLDER), 'utf8').trim().split('\n');
  const header = JSON.parse(lines[0]!) as Header;
  const pairs: Exchanged[] = [];
  const events: TransportMessage[] = [];
  const open: TransportMessage[] = [];
  for (const line of lines.slice(1)) {
    const { dir, hex } = JSON.parse(line) as { dir?: string; hex?: string };
    if (hex === undefined) continue;
    const view = new DataView(Uint8Array.from(Buffer.from(hex, 'hex')).buffer);
    const message = DIALECTS[header.dialect].decode(view, 0, view.byteLength) as Message as TransportMessage;
    if (message.kind === 'request') open.push(message);
    else if (message.kind === 'response') pairs.push({ request: open.shift()!, response: message });
    else if (dir === 'device->driver') events.push(message);
  }
  return { header, pairs, events };
}

/** A driver whose device is a capture. */
function run(name: string) {
  const { header, pairs, events } = capture(name);
  const { dialect, device_number: device, bus_max_msg_size: maxMessageSize } = header;
  const skipped: string[] = [];
  const alone: string[] = [];
  let at = 0;
  const answerTo = (request: TransportMessage): TransportMessage | null => {
    const found = pairs.findIndex(
      (p, i) => i >= at && p.request.name === request.name && plain(p.request.fields) === plain(request.fields),
    );
    if (found === -1) {
      alone.push(request.name);
      return null;
    }
    skipped.push(...pairs.slice(at, found).map((p) => p.request.name));
    at = found + 1;
    return pairs[found]!.response;
  };

  const info = answerTo({ name: 'GET_DEVICE_INFO', kind: 'request', device, token: 1, fields: {} })!.fields as {
    num_feature_blocks: number;
    config_size: number;
  };
  const features = BigInt(header.device_features);
  const chosen = [Number(features & 0xffffffffn), Number(features >> 32n)];
  const init = initContext({ device, dialect, maxMessageSize, numBlocks: info.num_feature_blocks, supported: chosen });
  let initState: InitState = 'start';
  const ups: string[] = [];
  const onInit = (effect: InitEffect): void => {
    if (effect.type === 'up') ups.push(effect.what);
    if (effect.type !== 'send') return;
    const answer = answerTo(effect.message);
    if (answer === null) throw new Error(`no answer to ${plain(effect.message)}`);
    if (answer.kind !== 'response') return;
    if (answer.name === 'GET_DEVICE_FEATURES') toInit({ type: 'features', fields: answer.fields });
    else if (answer.name === 'SET_DRIVER_FEATURES') toInit({ type: 'featuresTaken' });
    else toInit({ type: 'status', status: (answer.fields as { status: number }).status });
  };
  const toInit = (event: InitEvent): void => {
    const { state, effects } = stepInit(initState, init, event);
    initState = state;
    for (const effect of effects) onInit(effect);
  };

  const set = pairs.find((p) => p.request.name === 'SET_VQUEUE')!.request.fields as {
    size: number;
    descriptor_addr: bigint;
    driver_addr: bigint;
    device_addr: bigint;
  };
  const { descriptor_addr, driver_addr, device_addr } = set;
  const areas = { descriptor_addr, driver_addr, device_addr };
  const { enableFlag } = TEXTS[dialect];
  const queue = vqueueContext({ device, index: 0, packed: false, enableFlag, ringReset: false });
  let queueState: VqueueState = 'unset';
  const toQueue = (event: VqueueEvent): void => {
    const { state, effects } = step(vqueueMachine, queueState, queue, event);
    queueState = state;
    for (const effect of effects) {
      if (effect.type === 'allocate') toQueue({ type: 'memory', areas });
      if (effect.type !== 'send') continue;
      const answer = answerTo(effect.message);
      if (answer?.kind === 'response' && answer.name === 'GET_VQUEUE')
        toQueue({ type: 'queue', fields: answer.fields });
      else if (answer?.kind === 'response') toQueue({ type: 'set' });
      else {
        const fields = { index: 0, max_size: set.size, cur_size: set.size, enabled: enableFlag || null, ...areas };
        toQueue({ type: 'queue', fields });
      }
    }
  };

  const config = driverConfig({
    device,
    size: info.config_size,
    room: room(dialect, maxMessageSize, 'GET_CONFIG'),
    checked: checksGeneration(dialect, 0),
    readAttempts: 8,
    writeRetries: 3,
    maxWaiting: 16,
  });
  let configState: DriverConfigState = 'idle';
  const results: DriverConfigEffect[] = [];
  const toConfig = (event: DriverConfigEvent): void => {
    const { state, effects } = step(driverConfigMachine, configState, config, event);
    configState = state;
    for (const effect of effects) {
      if (effect.type !== 'send') {
        results.push(effect);
        continue;
      }
      const answer = answerTo(effect.message)!;
      if (answer.kind !== 'response') continue;
      if (answer.name === 'GET_CONFIG') toConfig({ type: 'got', fields: answer.fields });
      if (answer.name === 'SET_CONFIG') toConfig({ type: 'set', fields: answer.fields });
    }
  };

  toInit({ type: 'begin' });
  toInit({ type: 'choose', without: [] });
  toQueue({ type: 'featuresOk' });
  toQueue({ type: 'setup', wanted: set.size });
  return {
    ...{ toInit, toQueue, toConfig, results, ups, skipped, alone, events, config, info },
    states: () => [initState, queueState, configState],
  };
}

const count = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};

describe('the answers a Linux kernel got, given to the driver machines', () => {
  test.each(TRACES)('%s brings them to live', (name) => {
    const driver = run(name);
    const withConfig = driver.info.config_size > 0;
    if (withConfig) {
      driver.toConfig({ type: 'read', id: 1, offset: 12, length: 4 });
      driver.toConfig({ type: 'read', id: 2, offset: 32, length: 1 });
    }
    driver.toInit({ type: 'ready' });
    driver.toQueue({ type: 'deviceLive' });
    expect(driver.states()).toEqual(['live', 'live', 'idle']);
    expect(driver.ups).toEqual(['offered', 'setup', 'live']);

    // What Linux asks and we do not: the status after each write, and other bytes of the configuration. What we ask and
    // rfc2 and rfc3 kernels do not: GET_VQUEUE after SET_VQUEUE, which is answered here as the queue was set.
    expect(Object.keys(count(driver.skipped)).every((n) => n === 'GET_DEVICE_STATUS' || n === 'GET_CONFIG')).toBe(true);
    expect(driver.alone).toEqual(name.includes('v1-2026') ? [] : ['GET_VQUEUE']);

    if (withConfig) {
      expect(driver.results).toEqual([
        { type: 'done', id: 1, data: Uint8Array.of(30, 0, 0, 0), generation: 0 },
        { type: 'done', id: 2, data: Uint8Array.of(1), generation: 0 },
      ]);
      driver.toConfig({ type: 'write', id: 3, offset: 32, data: Uint8Array.of(0), merge: false });
      expect(driver.results.at(-1)).toEqual({ type: 'done', id: 3, data: Uint8Array.of(0), generation: 0 });
    }
    // Every event the device sent afterwards.
    for (const event of driver.events) {
      if (event.kind !== 'event') continue;
      if (event.name === 'EVENT_USED') driver.toQueue({ type: 'used' });
      if (event.name !== 'EVENT_CONFIG') continue;
      driver.toInit({ type: 'configEvent', status: event.fields.device_status });
      driver.toConfig({ type: 'event', fields: event.fields });
      expect(driver.results.at(-1)).toEqual({ type: 'up', what: 'changed', generation: 1 });
      expect(cachedConfig(driver.config)).toBeNull();
      driver.toConfig({ type: 'read', id: 4, offset: 0, length: 8 });
    }
    expect(driver.states()).toEqual(['live', 'live', 'idle']);
    if (withConfig) expect(driver.results.at(-1)).toMatchObject({ type: 'done', id: 4, generation: 1 });
  });
});
