import type { DialectIndex } from '../interpret/dialect-index.js';
import type { ProfileIR } from '../ir/types.js';
import type { DecodedEntry } from '../jsonl/decode-entry.js';
import type { Context, Direction, Finding } from '../rules/finding.js';
import { DeviceWatch, type Told } from './watch-device.js';
import { DevicesSeen } from './watch-devices.js';

/** A frame as a watch hears it: decoded, with what its envelope says. */
export interface Watched {
  readonly index: DialectIndex;
  readonly decoded: DecodedEntry;
  readonly direction: Direction | null;
  readonly device: number | null;
  readonly profile: ProfileIR | null;
}

/** Devices that are remembered; a hostile capture names 65536 of them. */
const MOST_DEVICES = 4096;

/**
 * What a whole conversation tells about the devices in it, and the rules that only a conversation can break: a status that
 * goes backwards, a generation nobody looked at, a device nobody announced.
 */
export class Watch {
  #devices = new Map<number, DeviceWatch>();
  #seen = new DevicesSeen();

  /** What is known about the device a message is for, for the rules that ask for it; `own` words of the capture go first. */
  context(device: number | null, own: Context): Context {
    const known = device === null ? undefined : this.#devices.get(device)?.known;
    return known === undefined ? own : { ...known, ...own };
  }

  /** Hears a frame, and says what it does that its conversation forbids. */
  hear(frame: Watched): Finding[] {
    const { index, decoded, direction, device } = frame;
    const { fields } = decoded;
    if (fields === undefined || decoded.message === undefined) return [];
    const offsetOf = (name: string): number => {
      const body = index.byKey(`${decoded.class}.${decoded.message}.${decoded.kind}`);
      return [...(body?.fields ?? []), ...index.ir.header].find((f) => f.name === name)?.offset ?? 0;
    };
    const number = (name: string): number | undefined => {
      const value = fields[name];
      return typeof value === 'number' ? value : undefined;
    };
    const { idField: id } = index;
    const { message, kind = '' } = decoded;
    const constraints = frame.profile?.constraints === 'judged';
    const told: Told = { message, kind, number, offsetOf, fields, id, constraints };
    if (decoded.class !== 'transport') {
      const changed = this.#seen.hear(told);
      if (changed === null) return [];
      // What came back under an old number is another device.
      this.#devices.delete(changed.number);
      if (changed.appeared) this.#of(changed.number, true);
      return [];
    }
    if (device === null || index.deviceField === null) return [];
    const { name, offset } = index.deviceField;
    const absent = this.#seen.judge(device, told, name, offset);
    return [...(absent === null ? [] : [absent]), ...this.#of(device).hear(told, direction)];
  }

  /** A fresh peer: nothing that was known holds any more. */
  forget(): void {
    this.#devices = new Map();
    this.#seen = new DevicesSeen();
  }

  #of(device: number, added = false): DeviceWatch {
    let watch = this.#devices.get(device);
    if (watch === undefined) {
      if (this.#devices.size >= MOST_DEVICES) this.#devices.clear();
      watch = new DeviceWatch(added);
      this.#devices.set(device, watch);
    }
    return watch;
  }
}
