import {
  EVENT_AVAIL_event,
  GET_DEVICE_FEATURES_response,
  GET_DEVICE_INFO_response,
  SET_CONFIG_request,
  SET_VQUEUE_request,
} from '@virtio-wire/codecs/virtio-msg/rfc3';
import { cases } from '../cases.js';
import { type Case, sizeOf, type ViewDecode, WrongSubject } from '../codec-case.js';
import { compiled } from '../compiled.js';
import type { Operation } from '../measure.js';
import { ITEMS, POOLS, SINGLES, type Single, TITLES } from '../messages.js';
import { refusedCases } from '../refused.js';

/** One thing to run over many messages. */
export interface HeapCase extends Pick<Case, 'subject' | 'message' | 'mask' | 'perCall'> {
  readonly op: Case['op'] | 'check';
  readonly run: Operation;
  /**
   * Whether it makes objects because that is what was asked for: a message of one's own, a bigint, a view. These show what the
   * profile looks like where something is allocated, and that it would be seen.
   */
  readonly makesObjects: boolean;
  verify(): void;
}

/** Our own forms, all of them; each is run in a process of its own. */
export function heapCases(): HeapCase[] {
  const ours = [...cases(), ...refusedCases()].filter((c) => !isObjectOfOneKind(c));
  return [...SINGLES.map(checkCase), ...ours.map((c) => ({ ...c, run: c.ours, makesObjects: makesObjects(c) }))];
}

/** Where one kind of message is read and dropped V8 can see that its object is never kept, and may make none: that would tell nothing. */
const isObjectOfOneKind = ({ subject, op, perCall }: Case): boolean =>
  subject === 'object form' && op === 'decode' && perCall === 1;

/** Addresses are bigints to a `View`, unless one asks it for halves: in M2 and M6 it is asked for bigints. */
function makesObjects({ subject, message, op }: Case): boolean {
  if (op !== 'decode') return false;
  const bigints = subject === 'flyweight' && /^M[26] /.test(message);
  return bigints || subject === 'object form' || subject.includes('bigint');
}

const CHECKS: Record<Single, ViewDecode> = {
  EVENT_AVAIL: EVENT_AVAIL_event.check,
  SET_VQUEUE: SET_VQUEUE_request.check,
  GET_DEVICE_FEATURES: GET_DEVICE_FEATURES_response.check,
  SET_CONFIG: SET_CONFIG_request.check,
  GET_DEVICE_INFO: GET_DEVICE_INFO_response.check,
};

/** `check` alone; of bad messages it is a part of what `refusedCases` does. */
function checkCase(kind: Single): HeapCase {
  const size = sizeOf(kind);
  const scope = { check: CHECKS[kind], view: POOLS[kind], size };
  const run = compiled<Operation>(scope, '(i) => { const p = i * size; return check(view, p, p + size); }');
  return {
    subject: 'check',
    message: TITLES[kind],
    op: 'check',
    mask: ITEMS[kind].length - 1,
    perCall: 1,
    run,
    makesObjects: false,
    verify() {
      for (const i of ITEMS[kind].keys())
        if (run(i) !== 0)
          throw new WrongSubject(`${TITLES[kind]} check, message ${i}: refused as ${run(i)}, expected 0`);
    },
  };
}
