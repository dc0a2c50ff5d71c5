/** Values of `device_bus_state` in EVENT_DEVICE (virtio-msg, EVENT_DEVICE). `v1-2026` says ADDED for READY. */
export const BUS_STATE = { READY: 1, REMOVED: 2, FIRST_SPECIFIC: 0x8000 } as const;

/** What a state value is about: 0 and 3..0x7fff have no meaning, 0x8000 and up belong to the bus. */
export function kindOf(state: number): 'ready' | 'removed' | 'specific' | 'unknown' {
  if (state === BUS_STATE.READY) return 'ready';
  if (state === BUS_STATE.REMOVED) return 'removed';
  return state >= BUS_STATE.FIRST_SPECIFIC ? 'specific' : 'unknown';
}

/** What is still to be told about one device, however often it was said. */
export interface DeviceNews {
  removed: boolean;
  ready: boolean;
  /** Newest state of the bus's own, or null. */
  specific: number | null;
}

/** By device number, the number that has waited longest first. It has at most 65536 entries of fixed size. */
export type NewsOf = Map<number, DeviceNews>;

export interface DeviceNotice {
  readonly number: number;
  readonly state: number;
}

function of(news: NewsOf, number: number): DeviceNews {
  const known = news.get(number);
  if (known !== undefined) return known;
  const fresh: DeviceNews = { removed: false, ready: false, specific: null };
  news.set(number, fresh);
  return fresh;
}

/**
 * Takes a state in; false where it has no meaning, and nothing changes. A removal outlives the READY behind it: swallowed, a
 * replaced device that looks like the old one would go on with the old one's driver.
 */
export function note(news: NewsOf, { number, state }: DeviceNotice): boolean {
  const kind = kindOf(state);
  if (kind === 'unknown') return false;
  const its = of(news, number);
  if (kind === 'ready') its.ready = true;
  else if (kind === 'specific') its.specific = state;
  else {
    its.removed = true;
    its.ready = false;
    its.specific = null;
  }
  return true;
}

/** Puts back what could not be told; what was noted since is newer and wins. */
export function putBack(news: NewsOf, { number, state }: DeviceNotice): void {
  const kind = kindOf(state);
  const its = of(news, number);
  if (kind === 'removed') its.removed = true;
  else if (its.removed) return;
  else if (kind === 'ready') its.ready = true;
  else its.specific ??= state;
}

/** Takes out the next thing to tell, or null. */
export function takeNews(news: NewsOf): DeviceNotice | null {
  for (const [number, its] of news) {
    let state: number | null = null;
    if (its.removed) {
      state = BUS_STATE.REMOVED;
      its.removed = false;
    } else if (its.ready) {
      state = BUS_STATE.READY;
      its.ready = false;
    } else {
      state = its.specific;
      its.specific = null;
    }
    if (!its.ready && its.specific === null) news.delete(number);
    if (state !== null) return { number, state };
  }
  return null;
}
