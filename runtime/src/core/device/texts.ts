import type { DialectName } from '../../wire/dialect.js';

export type Dialect = DialectName;

/** Where the texts of virtio-msg differ in what a driver and a device do. Bytes are the business of the codecs. */
export interface Text {
  /** Bytes before the payload. */
  readonly header: number;
  /** Whether a configuration write names a generation that is looked at; null: only with transport feature bit 0. */
  readonly checksGeneration: true | null;
  /** What GET_DEVICE_FEATURES tells once the driver has chosen. Only pr28 asks for the chosen set. */
  readonly featuresAfterChoice: 'offered' | 'chosen';
  /** What GET_DEVICE_INFO for a number without a device gets. */
  readonly unknownDevice: 'zeros' | 'drop';
  /** Whether SET_VQUEUE carries a flag that switches the queue on, and GET_VQUEUE tells it. */
  readonly enableFlag: boolean;
}

export const TEXTS: Readonly<Record<Dialect, Text>> = {
  rfc2: {
    header: 6,
    checksGeneration: true,
    featuresAfterChoice: 'offered',
    unknownDevice: 'zeros',
    enableFlag: false,
  },
  rfc3: {
    header: 8,
    checksGeneration: true,
    featuresAfterChoice: 'offered',
    unknownDevice: 'zeros',
    enableFlag: false,
  },
  pr28: { header: 8, checksGeneration: true, featuresAfterChoice: 'chosen', unknownDevice: 'drop', enableFlag: false },
  'v1-2026': {
    header: 8,
    checksGeneration: null,
    featuresAfterChoice: 'offered',
    unknownDevice: 'drop',
    enableFlag: true,
  },
};

/** Transport feature bit 0 of `v1-2026`: configuration writes name the generation they are based on. */
export const STRICT_GENERATION = 1;

/** Whether SET_CONFIG is refused when its generation is not the current one. Spec: transport-msg.tex, SET_CONFIG. */
export const checksGeneration = (dialect: Dialect, transportFeatures: number): boolean =>
  TEXTS[dialect].checksGeneration ?? (transportFeatures & STRICT_GENERATION) !== 0;

/** Bytes of fixed payload in front of the data of each message that carries a variable amount. */
const OVERHEAD = { GET_DEVICE_FEATURES: 8, SET_DRIVER_FEATURES: 8, GET_CONFIG: 12, SET_CONFIG: 12, EVENT_CONFIG: 16 };

/**
 * Bytes of data that fit in one such message of at most `maxMessageSize` bytes, never below 0. A limit of 264 carries
 * 244 bytes of configuration, not 256, whatever the text says.
 */
export const room = (dialect: Dialect, maxMessageSize: number, name: keyof typeof OVERHEAD): number =>
  Math.max(0, maxMessageSize - TEXTS[dialect].header - OVERHEAD[name]);
