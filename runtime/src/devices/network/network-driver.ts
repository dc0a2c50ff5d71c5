import { enums, virtio_net_config__bare, virtio_net_hdr__bare } from '@virtio-wire/codecs/virtio-core/net';
import { VirtioError } from '../../bus/error.js';
import { type Fault, fault } from '../../core/fault.js';
import type { Driver, DriverServices, WantedQueue } from '../../driver/driver.js';
import type { DriverPort, Used } from '../../driver/driver-port.js';
import { viewOf } from '../bytes.js';
import {
  CONFIG_SIZE,
  ETHERNET_HEADER,
  HEADER_SIZE,
  LEAST_MTU,
  LEAST_RECEIVE_BUFFER,
  NETWORK,
  NetworkFeature,
  NetworkQueue,
  plainHeader,
  USUAL_MTU,
} from './layout.js';

const { mtu: mtuOf, status, STRUCT: CONFIG } = virtio_net_config__bare;
const { fields: HEADER } = virtio_net_hdr__bare.STRUCT;
const { LINK_UP } = enums.net_status;

const SENT = plainHeader(0);

export interface NetworkDriverOptions {
  /** Receive buffers to keep supplied, and frames that may be on their way out; 64, a power of two. */
  readonly buffers?: number;
}

/** The driver of a network interface, one pair of queues and no offloads. */
export class NetworkDriver implements Driver {
  readonly id = NETWORK;
  readonly features = [NetworkFeature.MTU, NetworkFeature.MAC, NetworkFeature.STATUS];
  readonly #buffers: number;
  #services: DriverServices | null = null;
  #down: Fault = fault('bad_state', 'the interface is not there yet');
  #mac = localAddress();
  #mtu = USUAL_MTU;
  #linkUp = false;
  #listener: ((frame: Uint8Array) => void) | null = null;
  #whenLink: ((up: boolean) => void) | null = null;
  #dropped = 0;
  #reading = false;
  #stale = false;

  constructor({ buffers = 64 }: NetworkDriverOptions = {}) {
    this.#buffers = buffers;
  }

  /** 6 bytes: of the device, or made up here where it has none. */
  get mac(): Uint8Array {
    return this.#mac.slice();
  }

  /** Longest payload of a frame, its Ethernet header not counted. */
  get mtu(): number {
    return this.#mtu;
  }

  get linkUp(): boolean {
    return this.#linkUp;
  }

  /** What the device gave that is no frame. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Who gets the frames that arrive; while nobody does, they are thrown away. */
  onFrame(listener: (frame: Uint8Array) => void): void {
    this.#listener = listener;
  }

  onLink(listener: (up: boolean) => void): void {
    this.#whenLink = listener;
  }

  /**
   * Sends a frame, Ethernet header first. Resolved when the device has done with it, which does not mean that it arrives
   * anywhere.
   *
   * @throws {VirtioError} range, bad_state, limit, reset, removed, …
   */
  async send(frame: Uint8Array): Promise<void> {
    const services = this.#services;
    if (services === null) throw new VirtioError({ ...this.#down, outcome: 'none' });
    const most = this.#mtu + ETHERNET_HEADER;
    if (frame.length < ETHERNET_HEADER || frame.length > most)
      throw new VirtioError(fault('range', `a frame has ${ETHERNET_HEADER} to ${most} bytes, not ${frame.length}`));
    await services.port(NetworkQueue.TRANSMIT).request([SENT, frame], []);
  }

  queues(): readonly WantedQueue[] {
    return [
      { index: NetworkQueue.RECEIVE, size: this.#buffers },
      { index: NetworkQueue.TRANSMIT, size: this.#buffers },
    ];
  }

  async live(services: DriverServices): Promise<void> {
    await this.#readConfig(services);
    this.#services = services;
    const receive = services.port(NetworkQueue.RECEIVE);
    this.#supply(receive);
    if (receive.outstanding === 0) throw new VirtioError(fault('limit', 'no memory for receive buffers'));
  }

  queueReset(port: DriverPort): void {
    if (port.index === NetworkQueue.RECEIVE) this.#supply(port);
  }

  configChanged(): void {
    if (this.#reading) this.#stale = true;
    else void this.#readAgain();
  }

  stopped(why: Fault): void {
    this.#services = null;
    this.#down = why;
    this.#setLink(false);
  }

  /** Reads what was agreed on, at one moment. A field that was not may lie behind the end of the configuration. */
  async #readConfig(services: DriverServices): Promise<void> {
    const [hasMtu, hasMac, hasStatus] = this.features.map((feature) => services.has(feature));
    const { mac, status: macEnd, max_virtqueue_pairs: statusEnd } = CONFIG.fields;
    const length = hasMtu ? CONFIG_SIZE : hasStatus ? statusEnd : hasMac ? macEnd : 0;
    const bytes = length === 0 ? new Uint8Array(0) : await services.readConfig(0, length);
    const view = viewOf(bytes);
    const mtu = hasMtu ? mtuOf(view, 0) : USUAL_MTU;
    if (mtu < LEAST_MTU) throw new VirtioError(fault('bad_value', `the device has an MTU of ${mtu}`));
    this.#mtu = mtu;
    if (hasMac) this.#mac = bytes.slice(mac, macEnd);
    // Without the field the link is taken to be up (Virtio 1.3, 5.1.4.2).
    this.#setLink(!hasStatus || (status(view, 0) & LINK_UP) !== 0);
  }

  async #readAgain(): Promise<void> {
    this.#reading = true;
    try {
      do {
        this.#stale = false;
        if (this.#services !== null) await this.#readConfig(this.#services);
      } while (this.#stale);
    } catch {
      // What cannot be read now is told again with the next change.
    } finally {
      this.#reading = false;
    }
  }

  #setLink(up: boolean): void {
    if (up === this.#linkUp) return;
    this.#linkUp = up;
    this.#whenLink?.(up);
  }

  #supply(port: DriverPort): void {
    const length = Math.max(LEAST_RECEIVE_BUFFER, HEADER_SIZE + ETHERNET_HEADER + this.#mtu);
    while (port.outstanding < this.#buffers)
      if (!port.submit([], [length], (used) => this.#received(port, used))) return;
  }

  #received(port: DriverPort, used: Used | null): void {
    if (used === null) return;
    this.#supply(port);
    const { bytes, written } = used;
    // More than one buffer was not agreed on; devices that leave the field at 0 exist. Read by place: every
    // frame has bytes of its own, and a view of them would be one more object.
    const sound =
      written >= HEADER_SIZE + ETHERNET_HEADER &&
      bytes[HEADER.gso_type] === 0 &&
      bytes[HEADER.num_buffers]! <= 1 &&
      bytes[HEADER.num_buffers + 1] === 0;
    if (sound) this.#listener?.(bytes.subarray(HEADER_SIZE, written));
    else this.#dropped++;
  }
}

/** A random address of the kind that anybody may give to himself. */
function localAddress(): Uint8Array {
  const mac = crypto.getRandomValues(new Uint8Array(6));
  mac[0] = (mac[0]! & 0xfe) | 0x02;
  return mac;
}
