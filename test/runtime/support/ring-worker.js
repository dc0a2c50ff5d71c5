// The other thread of the tests of rings: a device side, in one of the ways the runtime offers.
import { parentPort, workerData } from 'node:worker_threads';
import { DeviceBus, DIALECTS, RingEnd, RingMedium, SharedMemory } from '@virtio-wire/runtime';
import { BlockDevice, MemoryStore } from '@virtio-wire/runtime/devices';

const { kind, memory } = workerData;
const dialect = DIALECTS['v1-2026'];

/** Answers every message with itself; ends when the peer has closed. */
const WAYS = {
  /** Blocks in between. */
  end() {
    const end = new RingEnd(memory, 'device', { dialect });
    const { reader, writer } = end;
    while (end.wait(60_000)) {
      for (let size = reader.take(); size > 0; size = reader.take()) {
        while (!writer.write(reader.bytes.subarray(0, size))) {
          writer.publish();
          end.waitForRoom(60_000);
        }
      }
      writer.publish();
    }
    parentPort.postMessage({ peer: end.peer, fault: end.fault });
    end.close();
  },

  medium() {
    const medium = new RingMedium(memory, 'device', { dialect });
    const kept = [];
    const send = () => {
      while (kept.length > 0 && medium.send(kept[0]) === 'sent') kept.shift();
    };
    medium.receive({
      message(bytes) {
        kept.push(bytes.slice());
        send();
      },
      writable: send,
      down: (reason) => parentPort.postMessage(reason),
    });
  },

  disk() {
    const regions = [{ base: workerData.base, bytes: new Uint8Array(workerData.guest) }];
    const medium = new RingMedium(memory, 'device', { dialect });
    const bus = new DeviceBus({ medium, dialect: 'v1-2026', memory: new SharedMemory(regions) });
    bus.add(1, new BlockDevice({ store: MemoryStore.ofSectors(64) }));
  },
};
WAYS[kind]();
