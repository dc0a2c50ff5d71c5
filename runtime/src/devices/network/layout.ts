import { virtio_net_config__bare, virtio_net_hdr__bare } from '@virtio-wire/codecs/virtio-core/net';
import { viewOf } from '../bytes.js';

/** Device id of a network interface (Virtio 1.3, 5.1.1). */
export const NETWORK = 1;

/** Virtio 1.3, 5.1.3. */
export const NetworkFeature = { MTU: 3, MAC: 5, STATUS: 16 } as const;

/** The first pair (Virtio 1.3, 5.1.2). */
export const NetworkQueue = { RECEIVE: 0, TRANSMIT: 1 } as const;

/** The configuration here is virtio_net_config up to the MTU. */
export const CONFIG_SIZE = virtio_net_config__bare.STRUCT.fields.speed;

/** Bytes of virtio_net_hdr: with VIRTIO_F_VERSION_1 it has its last field always (Virtio 1.3, 5.1.6). */
export const HEADER_SIZE = virtio_net_hdr__bare.STRUCT.size;

/** The header of a frame without offloads that says so many buffers. */
export function plainHeader(buffers: number): Uint8Array {
  const bytes = new Uint8Array(HEADER_SIZE);
  virtio_net_hdr__bare.encode(viewOf(bytes), 0, 0, 0, 0, 0, 0, 0, buffers);
  return bytes;
}

/** Ethernet header: two addresses and a type. */
export const ETHERNET_HEADER = 14;

/** Virtio 1.3, 5.1.4.1. */
export const LEAST_MTU = 68;
export const MOST_MTU = 65535;
export const USUAL_MTU = 1500;

/** Virtio 1.3, 5.1.6.3.1: a receive buffer is at least so long, header included. */
export const LEAST_RECEIVE_BUFFER = 1526;
