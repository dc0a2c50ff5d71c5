import type { Limits } from '../core/limits.js';
import type { DeviceStage } from '../host/device-host.js';
import type { Clock } from '../medium/clock.js';
import type { Down, Medium } from '../medium/medium.js';
import type { GuestMemory } from '../memory/guest-memory.js';
import type { DialectName } from '../wire/dialect.js';
import type { DeviceBusQuirk } from './quirks.js';
import type { Tracer } from './tracer.js';

/** What a device bus tells its owner. */
export type DeviceBusNews =
  | { readonly type: 'device'; readonly number: number; readonly stage: DeviceStage; readonly why: string | undefined }
  /** The medium is gone: the devices are reset; `attach` another medium to go on. */
  | { readonly type: 'down'; readonly reason: Down };

export interface DeviceBusOptions {
  readonly medium: Medium;
  readonly dialect: DialectName;
  /** Memory of the driver's side, where the rings and buffers are. */
  readonly memory: GuestMemory;
  readonly limits?: Partial<Limits>;
  readonly clock?: Clock;
  readonly tracer?: Tracer;
  readonly watch?: (news: DeviceBusNews) => void;
  /** Bits of the transport features, by block 0; with `revisions` those we have, else those that hold. */
  readonly transportFeatures?: number;
  /**
   * Revisions we have, for media by which one is negotiated: until a proposal given to `negotiate` was accepted, all
   * messages are dropped. Without them revision 1 and the size of the medium hold from the start.
   */
  readonly revisions?: readonly number[];
  /** Ring features offered for every device, by bit number. */
  readonly ringFeatures?: readonly number[];
  /** What GET_DEVICE_INFO for a number without a device gets; else what the text of the dialect says. */
  readonly unknownDevice?: 'zeros' | 'drop';
  readonly quirks?: readonly DeviceBusQuirk[];
}
