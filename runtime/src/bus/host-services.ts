import type { HostBus } from '../host/device-host.js';
import { RING_FEATURES } from '../host/features.js';
import type { DeviceBusNews, DeviceBusOptions } from './device-bus-options.js';
import type { EventPump } from './event-pump.js';
import type { HostTimers } from './host-timers.js';

/** What a device bus gives to be used by its hosts. */
export interface HostServices
  extends Pick<HostBus, 'dialect' | 'limits' | 'clock' | 'answer' | 'discard' | 'config' | 'count'> {
  readonly options: DeviceBusOptions;
  readonly events: EventPump;
  readonly timers: HostTimers;
  readonly news: (news: DeviceBusNews) => void;
}

/** A bus as its hosts see it. */
export function hostBus(services: HostServices): HostBus {
  const { options, events, timers, news } = services;
  const { transportFeatures = 0, ringFeatures = RING_FEATURES, memory, medium, tracer } = options;
  return {
    dialect: services.dialect,
    limits: services.limits,
    clock: services.clock,
    memory,
    maxMessage: medium.maxMessage,
    transportFeatures,
    ringFeatures,
    // As they are given: a function around them would be one call more for every request.
    answer: services.answer,
    discard: services.discard,
    used: (device, index) => {
      events.tell({ type: 'queue', event: { type: 'used', device, index }, data: 0 });
    },
    config: services.config,
    queueLive: (device, index, live) => events.live(device, index, live),
    stage: (number, stage, why) => {
      events.running(number, stage === 'live');
      news({ type: 'device', number, stage, why });
    },
    moved: (device, before, after) => tracer?.state?.('device', device, before, after),
    arm: (host, timer, ms) => timers.arm(host, timer, ms),
    cancel: (host, timer) => timers.cancel(host, timer),
    count: services.count,
  };
}
