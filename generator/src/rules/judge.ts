import type { Case } from './case.js';
import { judgeConstraints } from './constraints.js';
import { judgeEnums } from './enums.js';
import type { Finding } from './finding.js';
import { judgeHeader } from './header.js';
import { judgeReserved } from './reserved.js';
import { judgeSize } from './size.js';
import { judgeState } from './state.js';

/** Every finding of the rules and state layers, in the order of the bytes. */
export function judge(subject: Case): Finding[] {
  return [
    ...judgeHeader(subject),
    ...judgeSize(subject),
    ...judgeReserved(subject),
    ...judgeEnums(subject),
    ...judgeConstraints(subject),
    ...judgeState(subject),
  ].sort((a, b) => a.offset - b.offset);
}
