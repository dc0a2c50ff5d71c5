import { DeviceBus, DriverBus, loopback, SharedMemory } from '@virtio-wire/runtime';
import {
  BlockDevice,
  ConsoleDevice,
  ConsoleDriver,
  MemoryStore,
  NetworkDevice,
  NetworkDriver,
  networkEcho,
} from '@virtio-wire/runtime/devices';
import { describe, expect, it } from 'vitest';

async function stack() {
  const { ends } = loopback();
  const bytes = new Uint8Array(new SharedArrayBuffer(1 << 20));
  const memory = new SharedMemory([{ base: 0x10000, bytes }]);
  const devices = new DeviceBus({ medium: ends[1], dialect: 'v1-2026', memory });
  const open = () =>
    DriverBus.open({ medium: ends[0], dialect: 'v1-2026', memory: { memory, base: 0x10000, length: bytes.length } });
  return { devices, open };
}

const config = async (bus: DriverBus, offset: number, length: number) => {
  const request = { name: 'GET_CONFIG', kind: 'request', device: 1, token: 0, fields: { offset, length } } as const;
  return Buffer.from((await bus.request(request)).fields.data);
};

describe('a device that changes while no driver has it', () => {
  it('shows a driver its new size before DRIVER_OK, when a kernel reads it', async () => {
    const { devices, open } = await stack();
    const store = MemoryStore.ofSectors(64);
    const disk = new BlockDevice({ store });
    devices.add(1, disk);
    const bus = await open();
    expect((await config(bus, 0, 8)).readBigUInt64LE()).toBe(64n);
    store.resize(96);
    disk.resize();
    expect((await config(bus, 0, 8)).readBigUInt64LE()).toBe(96n);
    await bus.close();
  });

  it('shows a cable pulled out and a screen turned round', async () => {
    const { devices, open } = await stack();
    const card = new NetworkDevice({ mac: Uint8Array.of(2, 0, 0, 0, 0, 1), peer: networkEcho() });
    devices.add(1, card);
    const bus = await open();
    card.setLink(false);
    expect((await config(bus, 6, 2)).readUInt16LE()).toBe(0);
    devices.remove(1);
    const screen = new ConsoleDevice({ size: { cols: 80, rows: 25 } });
    devices.add(1, screen);
    while (bus.devices.get(1)?.device_id !== 3) await new Promise((resolve) => setTimeout(resolve, 1));
    screen.resize({ cols: 25, rows: 80 });
    expect([...(await config(bus, 0, 4))]).toEqual([25, 0, 80, 0]);
    await bus.close();
  });
});

describe('the receive queue, reset by itself', () => {
  it('is filled again by the drivers of console and network', async () => {
    const { devices, open } = await stack();
    const terminal = new ConsoleDevice();
    devices.add(1, terminal);
    devices.add(2, new NetworkDevice({ mac: Uint8Array.of(2, 0, 0, 0, 0, 1), peer: networkEcho() }));
    const bus = await open();
    const [screen, card] = [new ConsoleDriver(), new NetworkDriver()];
    const transports = [await bus.bind(1, screen), await bus.bind(2, card)];
    for (const transport of transports) await transport.resetQueue(0);
    const heard = new Promise<string>((resolve) => screen.onData((bytes) => resolve(Buffer.from(bytes).toString())));
    terminal.send(Buffer.from('still here'));
    expect(await heard).toBe('still here');
    const frame = new Uint8Array(60).fill(9);
    const echoed = new Promise<Uint8Array>((resolve) => card.onFrame((bytes) => resolve(bytes.slice())));
    await card.send(frame);
    expect(await echoed).toEqual(frame);
    await bus.close();
  });
});
