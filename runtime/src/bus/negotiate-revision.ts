import { type Agreement, GREATEST_MESSAGE_SIZE } from '../core/bus/agreement.js';
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
import type { DriverBusOptions } from './driver-bus-options.js';

export interface Negotiation extends Pick<RevisionContext, 'limits'> {
  readonly alarms: Alarms;
  /** What was agreed on, or null: there is no common revision. */
  readonly settled: (agreement: Agreement | null) => void;
  readonly count: (code: CountCode) => void;
}

/**
 * Proposes the revisions of a bus, best first, until one is agreed on or none is left (2.2). On a medium that has no means
 * to propose one the first holds.
 */
export function negotiateRevision(options: DriverBusOptions, negotiation: Negotiation): void {
  const { negotiate, medium, revisions = [1], transportFeatures = 0 } = options;
  const ours = { maxSize: Math.min(medium.maxMessage, GREATEST_MESSAGE_SIZE), features: transportFeatures };
  if (negotiate === undefined) {
    negotiation.settled({ revision: revisions[0] ?? 1, ...ours });
    return;
  }
  const { limits, alarms } = negotiation;
  const actor: Actor<RevisionState, RevisionContext, RevisionEvent, RevisionEffect> = new Actor(
    revision,
    newRevision(ours, limits),
    { perform: (effect) => perform(effect), unfit: () => negotiation.count('bad_state') },
  );
  const perform = (effect: RevisionEffect): void => {
    if (effect.type === 'propose') {
      const { revision: proposed, maxSize, features } = effect;
      settle(
        () => negotiate({ revision: proposed, maxSize, features }),
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
  actor.tell({ type: 'start', revisions: revisions.length > 0 ? revisions : [1] });
}
