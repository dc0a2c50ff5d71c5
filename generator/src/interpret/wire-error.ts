/** Why bytes were refused, or values could not be encoded. Data, never thrown. `offset` counts from the message's first byte. */
export interface WireError {
  readonly code: WireErrorCode;
  /** One sentence with the numbers. */
  readonly message: string;
  readonly field: string;
  readonly offset: number;
  readonly expected: number | string;
  readonly got: number | string;
  /** Bodies that would all fit, where `code` is `ambiguous`. */
  readonly candidates?: readonly string[];
}

export type WireErrorCode =
  | 'short_header'
  | 'frame_size'
  | 'size_below_header'
  | 'truncated'
  | 'unknown_id'
  | 'ambiguous'
  | 'unknown_arm'
  | 'short_body'
  | 'short_tail'
  | 'surplus'
  // Encoding only:
  | 'unknown_field'
  | 'missing_field'
  | 'bad_value'
  | 'out_of_range'
  | 'disagreement'
  | 'too_long';

export function wireError(
  code: WireErrorCode,
  message: string,
  field: string,
  offset: number,
  expected: number | string,
  got: number | string,
  candidates?: readonly string[],
): WireError {
  return { code, message, field, offset, expected, got, ...(candidates === undefined ? {} : { candidates }) };
}
