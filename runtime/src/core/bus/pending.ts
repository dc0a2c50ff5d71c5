import { type DeviceNotice, type NewsOf, putBack, takeNews } from '../discovery/device-news.js';

/**
 * Events that wait for their turn, as sets: an event that repeats finds its bit set already. Memory is bounded by devices
 * attached and queues set up, never by what a peer sends. One set holds one direction: events received, or events to send.
 */
export type PendingEvent =
  | { readonly type: 'config'; readonly device: number; readonly status: number; readonly generation: number }
  | ({ readonly type: 'device' } & DeviceNotice)
  | QueueEvent;

export interface QueueEvent {
  readonly type: 'used' | 'avail';
  readonly device: number;
  readonly index: number;
}

/** What can have events. */
export interface EventSource {
  /** Queue indices below it exist (max_virtqueues). Nothing is allocated by it: it is the device's word. */
  readonly queues: number;
  readonly notificationData: boolean;
  /** DRIVER_OK is set, and no reset has begun. */
  running: boolean;
  /** Indices of queues that are set up; bounds the two below. */
  readonly live: Set<number>;
  readonly used: Set<number>;
  readonly avail: Set<number>;
}

export interface PendingEvents {
  readonly sources: Map<number, EventSource>;
  /** Newest word of each device; status and generation are read again anyway, so older ones are not missed. */
  readonly config: Map<number, { readonly status: number; readonly generation: number }>;
  readonly news: NewsOf;
  /** Devices that have queue events, longest waiting first. */
  readonly waiting: Set<number>;
}

export const newPendingEvents = (): PendingEvents => ({
  sources: new Map(),
  config: new Map(),
  news: new Map(),
  waiting: new Set(),
});

/** Lets a device have events from now on. `notificationData`: VIRTIO_F_NOTIFICATION_DATA was negotiated. */
export function attach(
  p: PendingEvents,
  device: number,
  { queues, notificationData }: Pick<EventSource, 'queues' | 'notificationData'>,
): void {
  detach(p, device);
  const [live, used, avail] = [new Set<number>(), new Set<number>(), new Set<number>()];
  p.sources.set(device, { queues, notificationData, running: false, live, used, avail });
}

/** Forgets everything. */
export function clear(p: PendingEvents): void {
  p.sources.clear();
  p.config.clear();
  p.news.clear();
  p.waiting.clear();
}

/** Forgets a device and its events; what is to be told of its number stays. */
export function detach(p: PendingEvents, device: number): void {
  p.sources.delete(device);
  p.config.delete(device);
  p.waiting.delete(device);
}

/** Says that a queue was set up, or reset. */
export function setLive(p: PendingEvents, device: number, index: number, live: boolean): void {
  const source = p.sources.get(device);
  if (source === undefined) return;
  if (live && index < source.queues) source.live.add(index);
  if (live) return;
  source.live.delete(index);
  source.used.delete(index);
  source.avail.delete(index);
}

/** Says that DRIVER_OK was set, or that a reset has begun. Completions of before the reset are void. */
export function setRunning(p: PendingEvents, device: number, running: boolean): void {
  const source = p.sources.get(device);
  if (source === undefined) return;
  source.running = running;
  if (!running) source.used.clear();
}

/** Whether an event of this queue means anything now. The device machine remembers EVENT_AVAIL of before DRIVER_OK itself. */
export function meaningful(p: PendingEvents, { type, device, index }: QueueEvent): boolean {
  const source = p.sources.get(device);
  return source?.live.has(index) === true && (type === 'avail' || source.running);
}

/** Keeps the newest word of a device that is attached, in the place of the older one. */
export function noteConfig(p: PendingEvents, device: number, status: number, generation: number): void {
  if (p.sources.has(device)) p.config.set(device, { status, generation });
}

export function mark(p: PendingEvents, event: QueueEvent): void {
  if (!meaningful(p, event)) return;
  p.sources.get(event.device)?.[event.type].add(event.index);
  p.waiting.add(event.device);
}

/** Marks those of the queues that are live; null stands for all of the device. */
export function markLive(
  p: PendingEvents,
  type: QueueEvent['type'],
  device: number,
  queues: readonly number[] | null,
): void {
  for (const index of queues ?? p.sources.get(device)?.live ?? []) mark(p, { type, device, index });
}

/** Puts back events that were taken, in the order they were taken; what came since is newer and wins. */
export function putBackAll(p: PendingEvents, events: readonly PendingEvent[]): void {
  // Backwards, so that a READY is back before the removal that goes ahead of it.
  for (const event of [...events].reverse()) {
    if (event.type === 'device') putBack(p.news, event);
    else if (event.type !== 'config') mark(p, event);
    else if (p.sources.has(event.device) && !p.config.has(event.device)) p.config.set(event.device, event);
  }
}

export const isEmpty = (p: PendingEvents): boolean => p.config.size + p.news.size + p.waiting.size === 0;

function takeQueueEvent(p: PendingEvents): PendingEvent | null {
  for (const device of p.waiting) {
    // One queue of one device at a time: a busy one goes behind all others.
    p.waiting.delete(device);
    const source = p.sources.get(device);
    if (source === undefined) continue;
    for (const type of ['used', 'avail'] as const) {
      for (const index of source[type]) {
        source[type].delete(index);
        if (source.used.size + source.avail.size > 0) p.waiting.add(device);
        return { type, device, index };
      }
    }
  }
  return null;
}

function takeConfig(p: PendingEvents): PendingEvent | null {
  for (const [device, { status, generation }] of p.config) {
    p.config.delete(device);
    return { type: 'config', device, status, generation };
  }
  return null;
}

function takeDevice(p: PendingEvents): PendingEvent | null {
  const news = takeNews(p.news);
  return news === null ? null : { type: 'device', ...news };
}

/** Configuration and devices in turns: neither waits for the other to end. */
const takeUrgent = (p: PendingEvents, nth: number): PendingEvent | null =>
  nth % 2 === 0 ? (takeConfig(p) ?? takeDevice(p)) : (takeDevice(p) ?? takeConfig(p));

/**
 * Takes out at most `most` events: configuration and devices first, then queues. A quarter is kept for queues that wait, so
 * that a flood of the first kind delays them and does not starve them.
 */
export function take(p: PendingEvents, most: number): PendingEvent[] {
  const taken: PendingEvent[] = [];
  const urgent = most - (p.waiting.size > 0 ? most >> 2 : 0);
  const next = (from: (p: PendingEvents, nth: number) => PendingEvent | null, upTo: number): void => {
    while (taken.length < upTo) {
      const event = from(p, taken.length);
      if (event === null) return;
      taken.push(event);
    }
  };
  next(takeUrgent, urgent);
  next(takeQueueEvent, most);
  next(takeUrgent, most);
  return taken;
}
