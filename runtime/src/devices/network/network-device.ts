import { enums, virtio_net_config__bare, virtio_net_hdr__bare } from '@virtio-wire/codecs/virtio-core/net';
import type { Device, DeviceConfigSpace, DeviceServices } from '../../host/device.js';
import type { QueuePort } from '../../host/queue-port.js';
import { settle } from '../../host/settle.js';
import type { Chain } from '../../queue/chain.js';
import { Room, viewOf } from '../bytes.js';
import {
  CONFIG_SIZE,
  ETHERNET_HEADER,
  HEADER_SIZE,
  LEAST_MTU,
  MOST_MTU,
  NETWORK,
  NetworkFeature,
  NetworkQueue,
  plainHeader,
  USUAL_MTU,
} from './layout.js';
import type { NetworkPeer } from './network-peer.js';

const { encode: encodeConfig, STRUCT: CONFIG } = virtio_net_config__bare;
const { gso_type } = virtio_net_hdr__bare;
const { LINK_UP } = enums.net_status;

// Always 1 without VIRTIO_NET_F_MRG_RXBUF (Virtio 1.3, 5.1.6.4.1).
const RECEIVED = plainHeader(1);

export interface NetworkDeviceOptions {
  /** 6 bytes. */
  readonly mac: Uint8Array;
  readonly peer: NetworkPeer;
  /** Longest payload of a frame, 68 to 65535; 1500. */
  readonly mtu?: number;
  /** Whether the link is up in the beginning; true unless given. */
  readonly linkUp?: boolean;
  /** Frames for the driver that may wait until it has room; 64. */
  readonly backlog?: number;
}

/** Frames that went nowhere, by cause. */
export interface NetworkDrops {
  /** Longer than MTU and Ethernet header, or than the receive buffer. */
  tooLong: number;
  /** Without a whole Ethernet header. */
  tooShort: number;
  /** Too many wait for the driver already. */
  overrun: number;
  linkDown: number;
  /** The peer did not take it, or the memory of the driver was gone. */
  failed: number;
}

/** A network interface with one pair of queues and no offloads (Virtio 1.3, 5.1). */
export class NetworkDevice implements Device {
  readonly id = NETWORK;
  readonly features = [NetworkFeature.MTU, NetworkFeature.MAC, NetworkFeature.STATUS];
  readonly queues = [256, 256];
  readonly dropped: NetworkDrops = { tooLong: 0, tooShort: 0, overrun: 0, linkDown: 0, failed: 0 };
  readonly #mac: Uint8Array;
  readonly #mtu: number;
  readonly #peer: NetworkPeer;
  readonly #backlog: number;
  readonly #header = new Room(HEADER_SIZE);
  /** For the driver, each with its header. */
  readonly #waiting: Uint8Array[] = [];
  #linkUp: boolean;
  #services: DeviceServices | null = null;
  #space: DeviceConfigSpace | null = null;
  /** Frames the peer has not done with. */
  #sending = 0;
  #whenIdle: (() => void) | null = null;

  constructor({ mac, peer, mtu = USUAL_MTU, linkUp = true, backlog = 64 }: NetworkDeviceOptions) {
    if (mac.length !== 6) throw new RangeError(`a MAC address has 6 bytes, not ${mac.length}`);
    if (!(Number.isInteger(mtu) && mtu >= LEAST_MTU && mtu <= MOST_MTU))
      throw new RangeError(`an MTU is ${LEAST_MTU} to ${MOST_MTU}, not ${mtu}`);
    this.#mac = mac.slice();
    this.#peer = peer;
    this.#mtu = mtu;
    this.#linkUp = linkUp;
    this.#backlog = backlog;
  }

  get config(): Uint8Array {
    const bytes = new Uint8Array(CONFIG.size);
    encodeConfig(viewOf(bytes), 0, this.#mac, this.#linkUp ? LINK_UP : 0, 0, this.#mtu, 0, 0, 0, 0, 0);
    return bytes.slice(0, CONFIG_SIZE);
  }

  get linkUp(): boolean {
    return this.#linkUp;
  }

  /** Plugs the cable in or out: the driver is told, and while it is out no frame passes in either direction. */
  setLink(up: boolean): void {
    this.#linkUp = up;
    const { status, max_virtqueue_pairs } = CONFIG.fields;
    this.#space?.change({ offset: status, data: this.config.slice(status, max_virtqueue_pairs) });
  }

  attach(config: DeviceConfigSpace): void {
    this.#space = config;
  }

  start(services: DeviceServices): void {
    this.#services = services;
    this.#peer.receive((frame) => this.#receive(frame));
  }

  kick(port: QueuePort): void {
    if (port.index === NetworkQueue.RECEIVE) this.#fill();
    else for (let chain = port.next(); chain !== undefined; chain = port.next()) this.#transmit(port, chain);
  }

  stop(): Promise<void> | undefined {
    this.#peer.receive(null);
    this.#services = null;
    this.#waiting.length = 0;
    if (this.#sending === 0) return undefined;
    return new Promise((resolve) => {
      this.#whenIdle = resolve;
    });
  }

  #transmit(port: QueuePort, chain: Chain): void {
    const { bytes, view } = this.#header;
    const length = chain.readableLength - HEADER_SIZE;
    // Without offloads every frame is whole (Virtio 1.3, 5.1.6.2.1); of the flags none is known here.
    const sound = chain.writableLength === 0 && chain.read(0, bytes) && gso_type(view, 0) === 0;
    if (!sound) {
      port.refuse(chain);
      return;
    }
    if (!this.#passes(length)) {
      port.complete(chain);
      return;
    }
    const frame = new Uint8Array(length);
    if (!chain.read(HEADER_SIZE, frame)) {
      port.refuse(chain);
      return;
    }
    const done = (): void => {
      port.complete(chain);
      if (--this.#sending > 0) return;
      this.#whenIdle?.();
      this.#whenIdle = null;
    };
    this.#sending++;
    settle(
      () => this.#peer.send(frame),
      done,
      () => {
        this.dropped.failed++;
        done();
      },
    );
  }

  #receive(frame: Uint8Array): void {
    if (!this.#passes(frame.length)) return;
    if (this.#waiting.length >= this.#backlog) {
      this.dropped.overrun++;
      return;
    }
    const packet = new Uint8Array(HEADER_SIZE + frame.length);
    packet.set(RECEIVED);
    packet.set(frame, HEADER_SIZE);
    this.#waiting.push(packet);
    this.#fill();
  }

  /** Moves what waits into buffers, as far as there are any. */
  #fill(): void {
    const port = this.#services?.port(NetworkQueue.RECEIVE);
    if (port === undefined) return;
    while (this.#waiting.length > 0) {
      const chain = port.next();
      if (chain === undefined) return;
      if (chain.readableLength > 0) {
        port.refuse(chain);
        continue;
      }
      const packet = this.#waiting.shift()!;
      if (chain.write(0, packet)) {
        port.complete(chain);
        continue;
      }
      if (packet.length > chain.writableLength) this.dropped.tooLong++;
      else this.dropped.failed++;
      port.refuse(chain);
    }
  }

  /** Whether a frame of this length may pass; counts it where not. */
  #passes(length: number): boolean {
    if (!this.#linkUp) this.dropped.linkDown++;
    else if (length > this.#mtu + ETHERNET_HEADER) this.dropped.tooLong++;
    else if (length < ETHERNET_HEADER) this.dropped.tooShort++;
    else return true;
    return false;
  }
}
