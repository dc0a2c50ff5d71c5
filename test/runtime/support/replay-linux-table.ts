import { table } from './replay-table.js';

/** The throwaway disk a Linux kernel of `rfc2` drove. */
export const BLK_RFC2 = table(`
# config-event-has-data
68 EVENT_AVAIL 0, answer 2
  0040010016000f000000010000000000000000000000
  004001001e000f0000000100000000000000080000000010000000000000
`);

/** The throwaway disk a Linux kernel of `rfc3` drove. */
export const BLK_RFC3 = table(`
# config-event-has-data
68 EVENT_AVAIL 0, answer 2
  00400100000018000f000000010000000000000000000000
  00400100000020000f0000000100000000000000080000000010000000000000
`);

/** The throwaway disk a Linux kernel of `v1-2026` drove. */
export const BLK_V1_2026 = table(`
# config-event-has-data
67 EVENT_AVAIL 0, answer 2
  00400100000018000f000000010000000000000000000000
  00400100000020000f0000000100000000000000080000000010000000000000
`);
