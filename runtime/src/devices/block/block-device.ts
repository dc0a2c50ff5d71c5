import { enums, virtio_blk_config } from '@virtio-wire/codecs/virtio-core/blk';
import type { ConfigPatch, Device, DeviceConfigSpace, DeviceServices } from '../../host/device.js';
import type { QueuePort } from '../../host/queue-port.js';
import type { ConfigRange } from '../../wire/message.js';
import { type BlockDeviceOptions, checkOptions, checkSectors, configOf, featuresOf } from './device-options.js';
import { BLOCK_ID, BlockFeature, ID_SIZE } from './layout.js';
import { Session } from './session.js';

const { fields } = virtio_blk_config.STRUCT;
const { WRITEBACK } = enums.blk_writeback;

/**
 * A disk for the driver, over a store.
 *
 * @example
 * bus.add(2, new BlockDevice({ store: await FileStore.of(file), id: 'scratch' }));
 */
export class BlockDevice implements Device {
  readonly id = BLOCK_ID;
  readonly features: readonly number[];
  readonly dependencies: readonly (readonly [bit: number, needs: number])[];
  readonly queues: readonly number[];
  readonly writable: readonly ConfigRange[];
  readonly #options: BlockDeviceOptions;
  readonly #id = new Uint8Array(ID_SIZE);
  #capacity: number;
  #writeback: boolean;
  #space: DeviceConfigSpace | null = null;
  #session: Session | null = null;

  constructor(options: BlockDeviceOptions) {
    checkOptions(options);
    const { queues = 1, queueSize = 128, store, id = '', writeback = false } = options;
    this.#options = options;
    this.#capacity = store.sectors;
    this.#writeback = writeback;
    this.#id.set(new TextEncoder().encode(id));
    this.features = featuresOf(options);
    this.queues = new Array(queues).fill(queueSize);
    const cache = this.features.includes(BlockFeature.CONFIG_WCE);
    this.writable = cache ? [{ offset: fields.writeback, length: 1 }] : [];
    // Without FLUSH the field has to begin as 0 (Virtio 1.3, 5.2.5.2); a disk that begins as 1 cannot do without.
    this.dependencies = cache && writeback ? [[BlockFeature.CONFIG_WCE, BlockFeature.FLUSH]] : [];
  }

  /** Sectors the driver may use. */
  get capacity(): number {
    return this.#capacity;
  }

  get config(): Uint8Array {
    return configOf(this.#options, this.#capacity);
  }

  /** The disk has another size from now on, all the store has unless given. A driver is told. */
  resize(sectors: number = this.#options.store.sectors): void {
    checkSectors(sectors);
    if (sectors > this.#options.store.sectors) throw new RangeError(`the store has no ${sectors} sectors`);
    this.#capacity = sectors;
    this.#space?.change(this.#capacityPatch());
  }

  attach(config: DeviceConfigSpace): void {
    this.#space = config;
  }

  start(services: DeviceServices): void {
    const { store, readOnly = false, writeback = false, failed = () => {} } = this.#options;
    const device = this;
    // What a driver wrote that never started the device is gone with the reset, but nobody said so. Taking the cache for
    // off is right in any case: a write may always be safer than it was asked to be.
    this.#writeback &&= writeback;
    this.#session = new Session(
      {
        store,
        readOnly,
        id: this.#id,
        has: (feature) => services.has(feature),
        get capacity() {
          return device.#capacity;
        },
        get writeThrough() {
          return services.has(BlockFeature.CONFIG_WCE) ? !device.#writeback : !services.has(BlockFeature.FLUSH);
        },
      },
      failed,
    );
    // It may have become another while there was nobody to tell. Changes nothing where it has not.
  }

  kick(port: QueuePort): void {
    this.#session?.kick(port);
  }

  stop(): void | Promise<void> {
    const session = this.#session;
    this.#session = null;
    // The reset brings back what the configuration began with.
    this.#writeback = this.#options.writeback ?? false;
    return session?.end();
  }

  writeConfig(config: Uint8Array, { offset, data }: ConfigPatch): Uint8Array | null {
    const value = data[0]!;
    if (offset !== fields.writeback || data.length !== 1 || value > WRITEBACK) return null;
    this.#writeback = value === WRITEBACK;
    config[fields.writeback] = value;
    return config;
  }

  #capacityPatch(): ConfigPatch {
    return { offset: fields.capacity, data: this.config.slice(fields.capacity, fields.size_max) };
  }
}
