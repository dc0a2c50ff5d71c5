import type { Device } from '../../../runtime/dist/index.js';
import { pairsOf } from './replay-capture.js';
import { Comparison } from './replay-compare.js';
import { CapturedDevice, DeviceReplay } from './replay-device.js';
import { memoryAround } from './replay-ring.js';

/** The vsock device of the capture: guest cid 3 in its configuration. */
const vsock = (): CapturedDevice =>
  new CapturedDevice({
    id: 19,
    features: [0, 1, 2],
    queues: [64, 64, 64],
    config: Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0),
  });

/** Plays the requests of the OP-TEE capture, a fresh device for every session. */
export function replayPairs(name: string) {
  const comparison = new Comparison();
  let session = '';
  let device = vsock();
  let replay: DeviceReplay | null = null;
  for (const pair of pairsOf(name)) {
    if (pair.session !== session || replay === null) {
      session = pair.session;
      device = vsock();
      const { memory } = memoryAround(0x40000000n);
      const options = { dialect: 'rfc3', number: 0, maxMessage: 112, ringFeatures: [32, 33], memory } as const;
      replay = new DeviceReplay(device as Device, options);
      const sent = replay.take();
      if (comparison.same === 0) comparison.frames('before anything was said', [], sent);
    }
    device.kicks = 0;
    replay.say(pair.req);
    const at = `${session}: ${pair.what}`;
    comparison.frames(at, pair.resp === null ? [] : [pair.resp], replay.take());
    comparison.value(`${at}, raised`, String(pair.raised ?? 'gone'), String(device.kicks));
  }
  return comparison;
}
