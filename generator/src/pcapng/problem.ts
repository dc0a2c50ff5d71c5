/** Something in a pcapng file that is not as the format wants it. What follows is read all the same. */
export interface PcapngProblem {
  readonly code:
    | 'bad_magic'
    | 'bad_block'
    | 'bad_length'
    | 'bad_option'
    | 'no_interface'
    | 'cut_block'
    | 'foreign_link'
    | 'skipped';
  readonly message: string;
  /** Byte of the file where the block begins, or where the lost bytes do. */
  readonly offset: number;
  readonly expected: string;
  readonly got: string | number;
}
