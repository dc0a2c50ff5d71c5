/** Device id of a network interface (Virtio 1.3, 5.1.1). */
export const NETWORK = 1;

/** Virtio 1.3, 5.1.3. */
export const NetworkFeature = { MTU: 3, MAC: 5, STATUS: 16 } as const;

/** The first pair (Virtio 1.3, 5.1.2). */
export const NetworkQueue = { RECEIVE: 0, TRANSMIT: 1 } as const;

/** struct virtio_net_config, Virtio 1.3, 5.1.4: u8 mac[6], le16 status, le16 max_virtqueue_pairs, le16 mtu, … */
export const NetworkConfig = { MAC: 0, STATUS: 6, MTU: 10, LENGTH: 12 } as const;

/** Bit of the status field. */
export const LINK_UP = 1;

/**
 * struct virtio_net_hdr, Virtio 1.3, 5.1.6: u8 flags, u8 gso_type, le16 hdr_len, gso_size, csum_start, csum_offset,
 * num_buffers. With VIRTIO_F_VERSION_1 it has its last field always.
 */
export const NetworkHeader = { LENGTH: 12, GSO_TYPE: 1, NUM_BUFFERS: 10 } as const;

/** Ethernet header: two addresses and a type. */
export const ETHERNET_HEADER = 14;

/** Virtio 1.3, 5.1.4.1. */
export const LEAST_MTU = 68;
export const MOST_MTU = 65535;
export const USUAL_MTU = 1500;

/** Virtio 1.3, 5.1.6.3.1: a receive buffer is at least so long, header included. */
export const LEAST_RECEIVE_BUFFER = 1526;
