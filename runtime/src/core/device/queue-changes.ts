import { step } from '../table.js';
import { reply } from './answer.js';
import { type DeviceContext, negotiated, queueAt } from './context.js';
import type { Emit } from './contract.js';
import { FeatureBit } from './feature-bits.js';
import { needsReset } from './needs-reset.js';
import { type QueueEvent, queueLifecycle } from './queue-lifecycle.js';

/** Gives one queue an event and turns what it wants into effects of the device. */
export function stepQueue(c: DeviceContext, index: number, event: QueueEvent, emit: Emit): void {
  const queue = queueAt(c, index);
  const { state, effects } = step(queueLifecycle, queue.life, queue, event);
  queue.life = state;
  for (const effect of effects) {
    switch (effect.type) {
      case 'reply':
        reply(c.answering!, { name: c.answering!.name as 'SET_VQUEUE' | 'RESET_VQUEUE', fields: {} }, emit);
        break;
      case 'start':
        emit({ type: 'startQueue', index, setup: effect.setup, packed: negotiated(c, FeatureBit.RING_PACKED) });
        break;
      case 'drain':
        c.state = 'stopping';
        c.stoppingQueue = index;
        emit({ type: 'stopQueue', index, drain: true, epoch: c.epoch });
        break;
      case 'stop':
        emit({ type: 'stopQueue', index, drain: false, epoch: c.epoch });
        break;
      case 'needsReset':
        needsReset(c, effect.cause, emit);
        break;
      case 'arm':
        emit({ type: 'arm', timer: 'queue', ms: c.limits.queueQuiesce });
        break;
      case 'cancel':
        emit({ type: 'cancel', timer: 'queue' });
        break;
      case 'kick':
        emit({ type: 'kick', index });
        break;
      case 'count':
        emit(effect);
        break;
    }
  }
}
