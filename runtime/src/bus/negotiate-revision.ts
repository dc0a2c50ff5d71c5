import type { Agreement } from '../core/bus/agreement.js';
import {
  newRevision,
  type RevisionContext,
  type RevisionEffect,
  type RevisionEvent,
  type RevisionState,
  revision,
} from '../core/bus/revision.js';
import type { CountCode } from '../core/fault.js';
import { settle } from '../host/settle.js';
import { Actor } from './actor.js';
import type { Alarms } from './alarms.js';

export interface Negotiation extends Pick<RevisionContext, 'ours' | 'limits'> {
  /** Proposes by means of the medium: what the device side answers, or null for no. */
  readonly propose: (proposal: Agreement) => Promise<Agreement | null>;
  readonly alarms: Alarms;
  /** What was agreed on, or null: there is no common revision. */
  readonly settled: (agreement: Agreement | null) => void;
  readonly count: (code: CountCode) => void;
}

/** Proposes revisions, best first, until one is agreed on or none is left (2.2). */
export function negotiateRevision(revisions: readonly number[], negotiation: Negotiation): void {
  const { ours, limits, alarms } = negotiation;
  const actor: Actor<RevisionState, RevisionContext, RevisionEvent, RevisionEffect> = new Actor(
    revision,
    newRevision(ours, limits),
    { perform: (effect) => perform(effect), unfit: () => negotiation.count('bad_state') },
  );
  const perform = (effect: RevisionEffect): void => {
    if (effect.type === 'propose') {
      const { revision: proposed, maxSize, features } = effect;
      settle(
        () => negotiation.propose({ revision: proposed, maxSize, features }),
        (answer) =>
          actor.tell(answer === null ? { type: 'refused', revision: proposed } : { type: 'accepted', ...answer }),
        () => actor.tell({ type: 'refused', revision: proposed }),
      );
    } else if (effect.type === 'arm') {
      alarms.arm('bus:version', effect.ms, () => actor.tell({ type: 'timer', timer: 'version' }));
    } else if (effect.type === 'cancel') alarms.cancel('bus:version');
    else if (effect.type === 'agreed') negotiation.settled(effect.agreement);
    else if (effect.type === 'refused') negotiation.settled(null);
  };
  actor.tell({ type: 'start', revisions });
}
