/** Something about a message whose shape is right that a rule objects to. The fields stay complete beside it. */
export interface Finding {
  /** Stable name of the rule. */
  readonly rule: string;
  /** Which layer found it: `rules` looks at the message alone, `state` at what is known around it. */
  readonly layer: 'rules' | 'state';
  readonly field: string;
  /** Byte offset of the field from the start of the message. */
  readonly offset: number;
  readonly got: number | string;
  readonly expected: number | string;
  /** The clause or rule of the text that says so. */
  readonly clause: string;
}

export type Direction = 'driver->device' | 'device->driver';

/** What is known around a message; every part is optional and only enables the rules that need it. */
export interface Context {
  readonly max_msg_size?: number;
  readonly dev_num?: number;
  readonly config_size?: number;
  readonly max_virtqueues?: number;
  readonly device_generation?: number;
  readonly transport_features?: number;
  /** Names of the negotiated features: what a field of a struct means may depend on one. */
  readonly features?: readonly string[];
  /** Bytes of the shared memory a layout describes. */
  readonly region_bytes?: number;
  /** The request a response answers. */
  readonly request?: Readonly<Record<string, unknown>>;
}
