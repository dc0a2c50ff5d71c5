import { type DeviceConfigEvent, deviceConfigMachine } from '../config/device-config.js';
import { step } from '../table.js';
import { reply, send } from './answer.js';
import { audience, type DeviceContext } from './context.js';
import type { Emit } from './contract.js';

/** Gives the configuration of the device an event and turns what it wants into effects of the device. */
export function stepConfig(c: DeviceContext, event: DeviceConfigEvent, emit: Emit): void {
  const { effects, state } = step(
    deviceConfigMachine,
    c.config.write === null ? 'steady' : 'applying',
    c.config,
    event,
  );
  if (state === 'applying' && event.type === 'set') c.state = 'applying';
  for (const effect of effects) {
    switch (effect.type) {
      case 'reply':
        reply(c.answering!, { name: c.answering!.name as 'GET_CONFIG' | 'SET_CONFIG', fields: effect.fields }, emit);
        break;
      case 'event':
        send(c, 'EVENT_CONFIG', { device_status: c.status, ...effect.fields }, emit);
        break;
      case 'apply':
        emit({ type: 'applyConfig', epoch: c.epoch, offset: effect.offset, data: effect.data });
        emit({ type: 'arm', timer: 'handler', ms: c.limits.queueQuiesce });
        break;
      case 'count':
        emit(effect);
        break;
    }
  }
}

/** The device changed its status by itself. */
export const announceStatus = (c: DeviceContext, emit: Emit): void =>
  stepConfig(c, { type: 'status', audience: audience(c) }, emit);
