/**
 * The messages of the standard as the runtime speaks of them, whatever dialect carries them. Field names are the
 * specification's; what dialects spell differently is spelled one way here: feature amounts are counts of 32-bit blocks,
 * addresses are bigints, absent information is null.
 */
export type Kind = 'request' | 'response' | 'event';

interface Head {
  /** Device number; 0 in bus messages. */
  readonly device: number;
  /** Correlation token; 0 in events and where the dialect has none. */
  readonly token: number;
}

interface As<Name extends string, K extends Kind, Fields> extends Head {
  readonly name: Name;
  readonly kind: K;
  readonly fields: Fields;
}

// An empty body has no fields, and must not accept any.
type None = Record<never, never>;

export interface DeviceInfo {
  readonly device_id: number;
  readonly vendor_id: number;
  /** 16 bytes, or null where the dialect has none or the device says none (all zero). */
  readonly device_uuid: Uint8Array | null;
  readonly num_feature_blocks: number;
  /** Feature bits beyond a multiple of 32, which no text allows; 0 where blocks are counted. */
  readonly odd_feature_bits: number;
  readonly config_size: number;
  readonly max_virtqueues: number;
  readonly admin_vq_start: number;
  readonly admin_vq_count: number;
}

export interface FeatureWindow {
  readonly block_index: number;
  readonly num_blocks: number;
}

export interface FeatureBlocks {
  readonly block_index: number;
  readonly features: readonly number[];
}

export interface ConfigRange {
  readonly offset: number;
  readonly length: number;
}

export interface ConfigData {
  readonly generation: number;
  readonly offset: number;
  readonly data: Uint8Array;
}

export interface QueueState {
  readonly index: number;
  readonly max_size: number;
  readonly cur_size: number;
  /** Null where the dialect does not report it. */
  readonly enabled: boolean | null;
  readonly descriptor_addr: bigint;
  readonly driver_addr: bigint;
  readonly device_addr: bigint;
}

export interface QueueSetup {
  readonly index: number;
  readonly size: number;
  readonly descriptor_addr: bigint;
  readonly driver_addr: bigint;
  readonly device_addr: bigint;
  /** Whether the queue is switched on. Left out or null: yes, as in the dialects that cannot say otherwise. */
  readonly enable?: boolean | null;
}

export interface DevicePage {
  readonly offset: number;
  readonly count: number;
  readonly next_offset: number;
  /** ceil(count / 8) bytes, least significant bit first. */
  readonly bitmap: Uint8Array;
}

export type TransportMessage =
  | As<'GET_DEVICE_INFO', 'request', None>
  | As<'GET_DEVICE_INFO', 'response', DeviceInfo>
  | As<'GET_DEVICE_FEATURES', 'request', FeatureWindow>
  | As<'GET_DEVICE_FEATURES', 'response', FeatureBlocks>
  | As<'SET_DRIVER_FEATURES', 'request', FeatureBlocks>
  | As<'SET_DRIVER_FEATURES', 'response', None>
  | As<'GET_CONFIG', 'request', ConfigRange>
  | As<'GET_CONFIG', 'response', ConfigData>
  | As<'SET_CONFIG', 'request', ConfigData>
  | As<'SET_CONFIG', 'response', ConfigData>
  | As<'GET_DEVICE_STATUS', 'request', None>
  | As<'GET_DEVICE_STATUS', 'response', { readonly status: number }>
  | As<'SET_DEVICE_STATUS', 'request', { readonly status: number }>
  | As<'SET_DEVICE_STATUS', 'response', { readonly status: number }>
  | As<'GET_VQUEUE', 'request', { readonly index: number }>
  | As<'GET_VQUEUE', 'response', QueueState>
  | As<'SET_VQUEUE', 'request', QueueSetup>
  | As<'SET_VQUEUE', 'response', None>
  | As<'RESET_VQUEUE', 'request', { readonly index: number }>
  | As<'RESET_VQUEUE', 'response', None>
  | As<'GET_SHM', 'request', { readonly index: number }>
  | As<'GET_SHM', 'response', { readonly index: number; readonly length: bigint; readonly address: bigint }>
  | As<'EVENT_CONFIG', 'event', ConfigData & { readonly device_status: number }>
  | As<'EVENT_AVAIL', 'event', { readonly vq_index: number; readonly next_offset: number; readonly next_wrap: number }>
  | As<'EVENT_USED', 'event', { readonly vq_index: number }>;

export type BusMessage =
  | As<'GET_DEVICES', 'request', ConfigWindow>
  | As<'GET_DEVICES', 'response', DevicePage>
  | As<'PING', 'request', { readonly data: number }>
  | As<'PING', 'response', { readonly data: number }>
  | As<'EVENT_DEVICE', 'event', { readonly device_number: number; readonly device_bus_state: number }>;

interface ConfigWindow {
  readonly offset: number;
  readonly count: number;
}

export type Message = TransportMessage | BusMessage;
export type Name = Message['name'];

/** Bus messages are about the bus as a whole; all others are for one device. */
export const isBusName = (name: Name): name is BusMessage['name'] =>
  name === 'GET_DEVICES' || name === 'PING' || name === 'EVENT_DEVICE';
export const isBusMessage = (message: Message): message is BusMessage => isBusName(message.name);

/** Requests that may be sent again without doing anything twice. */
export const IDEMPOTENT: ReadonlySet<Name> = new Set<Name>([
  'GET_DEVICE_INFO',
  'GET_DEVICE_FEATURES',
  'GET_CONFIG',
  'GET_DEVICE_STATUS',
  'GET_VQUEUE',
  'GET_SHM',
  'GET_DEVICES',
  'PING',
]);
