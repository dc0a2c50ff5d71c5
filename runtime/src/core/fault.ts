/** Why something was rejected, dropped or given up. Closed: a caller may switch over it. */
export type FaultCode =
  // Intake
  | 'bad_header'
  | 'bad_size'
  | 'too_big'
  | 'unknown_msg'
  | 'wrong_dir'
  | 'no_device'
  // Correlation
  | 'stale'
  | 'duplicate'
  | 'mismatch'
  | 'early'
  // Settlement
  | 'timeout'
  | 'cancelled'
  | 'reset'
  | 'removed'
  | 'bus_down'
  | 'peer_dead'
  | 'no_tokens'
  | 'limit'
  // Agreement with the device
  | 'revision'
  | 'unsupported'
  | 'rejected'
  | 'torn'
  | 'needs_reset'
  // Arguments and state
  | 'range'
  | 'align'
  | 'bad_value'
  | 'bad_state';

/** What is counted without being a fault of anybody. */
export type CountCode =
  | FaultCode
  | 'nonzero_padding'
  | 'nonzero_event_token'
  | 'late'
  | 'lost_response'
  | 'unknown'
  | 'surplus';

/** A request that did not come to a good end. `outcome` is `unknown` when the device may have acted on it all the same. */
export interface Fault {
  readonly code: FaultCode;
  readonly message: string;
  readonly outcome: 'none' | 'unknown';
}

export const fault = (code: FaultCode, message: string, outcome: Fault['outcome'] = 'none'): Fault => ({
  code,
  message,
  outcome,
});
