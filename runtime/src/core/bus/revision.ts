import type { Limits } from '../limits.js';
import { type Machine, table } from '../table.js';
import { type Agreement, common } from './agreement.js';

/**
 * Negotiation of the revision, driver's part: the driver proposes from the highest down, the device says yes or no, and
 * what is settled stays until the bus is reset. How a proposal looks on the wire is the medium's business; the drafts leave
 * the mechanism to the bus. Times in milliseconds.
 */
export type RevisionState = 'idle' | 'trying' | 'agreed' | 'refused';

export interface RevisionContext {
  readonly ours: Omit<Agreement, 'revision'>;
  readonly limits: Pick<Limits, 'requestTimeout'>;
  /** Descending; the first is the one on trial. Empty until start, so that a bus reset leaves nothing behind. */
  untried: readonly number[];
  tries: number;
  agreement: Agreement | null;
}

export type RevisionEvent =
  | { readonly type: 'start'; readonly revisions: readonly number[] }
  | ({ readonly type: 'accepted' } & Agreement)
  /** `revision` is the one refused. A proposal that was sent twice may be refused twice, and the second is no answer to the next. */
  | { readonly type: 'refused'; readonly revision: number }
  | { readonly type: 'timer'; readonly timer: 'version' }
  | { readonly type: 'version_request'; readonly by: 'peer' | 'caller' }
  | { readonly type: 'bus_reset' };

export type RevisionEffect =
  | ({ readonly type: 'propose' } & Agreement)
  | { readonly type: 'arm'; readonly timer: 'version'; readonly ms: number }
  | { readonly type: 'cancel'; readonly timer: 'version' }
  | { readonly type: 'agreed'; readonly agreement: Agreement }
  | { readonly type: 'refused' }
  /** No to somebody who wants to negotiate again. */
  | { readonly type: 'refuse'; readonly to: 'peer' | 'caller' };

/** Proposals of one revision, the first included. */
const TRIES = 3;

export const newRevision = (ours: RevisionContext['ours'], limits: RevisionContext['limits']): RevisionContext => ({
  ours,
  limits,
  untried: [],
  tries: 0,
  agreement: null,
});

type Emit = (effect: RevisionEffect) => void;

const onTrial = (c: RevisionContext): number => c.untried[0] ?? 0;

function propose(c: RevisionContext, emit: Emit): void {
  c.tries++;
  emit({ type: 'propose', revision: onTrial(c), ...c.ours });
  emit({ type: 'arm', timer: 'version', ms: c.limits.requestTimeout });
}

function proposeNext(c: RevisionContext, rest: readonly number[], emit: Emit): void {
  c.untried = rest;
  c.tries = 0;
  propose(c, emit);
}

function agree(c: RevisionContext, e: Agreement, emit: Emit): void {
  emit({ type: 'cancel', timer: 'version' });
  c.agreement = common(e.revision, c.ours, e);
  emit({ type: 'agreed', agreement: c.agreement });
}

function refused(_c: RevisionContext, _e: RevisionEvent, emit: Emit): void {
  emit({ type: 'cancel', timer: 'version' });
  emit({ type: 'refused' });
}

const { row } = table<RevisionState, RevisionContext, RevisionEvent, RevisionEffect>();

export const revision: Machine<RevisionState, RevisionContext, RevisionEvent, RevisionEffect> = {
  name: 'revision',
  section: '2.2',
  states: ['idle', 'trying', 'agreed', 'refused'],
  rows: [
    row('idle', 'start', 'trying', 'P', {
      when: ['non-empty', (_c, e) => e.revisions.length > 0],
      act: (c, e, emit) => proposeNext(c, [...e.revisions], emit),
    }),
    row('trying', 'accepted', 'agreed', ['P', 'C'], {
      when: ["r' = r", (c, e) => e.revision === onTrial(c)],
      act: agree,
    }),
    row('trying', 'accepted', 'agreed', 'C', {
      when: ["r' < r and r' supported by us", (c, e) => e.revision < onTrial(c) && c.untried.includes(e.revision)],
      act: agree,
    }),
    row('trying', 'accepted', 'refused', 'C', { act: refused }),
    row('trying', 'refused', null, 'P', {
      when: ['a lower one is left', (c, e) => e.revision === onTrial(c) && c.untried.length > 1],
      act: (c, _e, emit) => proposeNext(c, c.untried.slice(1), emit),
    }),
    row('trying', 'refused', 'refused', 'P', {
      when: ['none left', (c, e) => e.revision === onTrial(c)],
      act: refused,
    }),
    row('trying', 'timer', null, 'C', {
      when: ['tries < 3', (c) => c.tries < TRIES],
      act: (c, _e, emit) => propose(c, emit),
    }),
    row('trying', 'timer', 'refused', 'C', { act: refused }),
    row('agreed', 'version_request', null, 'P', { act: (_c, e, emit) => emit({ type: 'refuse', to: e.by }) }),
    row(['agreed', 'refused'], 'bus_reset', 'idle', 'P', {
      act: (c) => {
        c.untried = [];
        c.tries = 0;
        c.agreement = null;
      },
    }),
  ],
};
