import type { DriverBusEvent } from '../core/bus/driver-bus.js';
import type { RequestMessage } from '../core/correlation/effect.js';
import {
  type EnumerationContext,
  type EnumerationEffect,
  type EnumerationEvent,
  type EnumerationState,
  enumeration,
  newEnumeration,
} from '../core/discovery/enumeration.js';
import type { CountCode } from '../core/fault.js';
import { Actor } from './actor.js';
import { type BusQuirk, isEnumerationQuirk } from './quirks.js';
import type { Answered } from './request-desk.js';

export interface Finding extends Omit<Parameters<typeof newEnumeration>[0], 'quirks'> {
  readonly quirks: readonly BusQuirk[];
  readonly submit: (request: RequestMessage, done: Answered) => void;
  /** Tells the machine of the bus how it ended. */
  readonly tell: (event: DriverBusEvent) => void;
  /** A device came or went meanwhile. */
  readonly device: (number: number, state: number) => void;
  readonly count: (code: CountCode) => void;
}

export type Enumeration = Actor<EnumerationState, EnumerationContext, EnumerationEvent, EnumerationEffect>;

/** The enumeration of a bus by GET_DEVICES, at work from `start` on. */
export function findDevices({ submit, tell, device, count, quirks, ...options }: Finding): Enumeration {
  const actor: Enumeration = new Actor(
    enumeration,
    newEnumeration({ ...options, quirks: quirks.filter(isEnumerationQuirk) }),
    { perform: (effect) => perform(effect), unfit: () => count('bad_state') },
  );
  const perform = (effect: EnumerationEffect): void => {
    switch (effect.type) {
      case 'request':
        submit(effect.message as RequestMessage, (response, why) => {
          if (response?.name === 'GET_DEVICES') actor.tell({ type: 'response', page: response.fields });
          else actor.tell({ type: 'failed', code: why?.code ?? 'bad_state' });
        });
        return;
      case 'finished':
        tell({ type: 'enumerated', devices: effect.devices });
        return;
      case 'failed':
        tell({ type: 'enumeration_failed', devices: effect.devices, code: effect.code });
        return;
      case 'device':
        device(effect.number, effect.state);
        return;
      case 'count':
        count(effect.code);
    }
  };
  return actor;
}
