/** A node of a sampling heap profile, as `HeapProfiler.stopSampling` gives it. Lines count from 0. */
export interface SampledNode {
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly selfSize: number;
  readonly children: readonly SampledNode[];
}

export interface SampledProfile {
  readonly head: SampledNode;
}

/** A function that allocates. Where V8 has put one function into another, it is the outer one. */
export interface AllocationSite {
  readonly function: string;
  /** Path or URL and line of the function; empty for the loop of the benchmark and for V8 itself. */
  readonly at: string;
  /** Estimated from samples. */
  readonly bytes: number;
}

/** Bytes by function, the most first; what Node's own modules allocate, as the looking itself does, is left out. */
export function sitesOf(profile: SampledProfile): AllocationSite[] {
  const found = new Map<string, AllocationSite>();
  const add = ({ callFrame: { functionName, url, lineNumber }, selfSize, children }: SampledNode): void => {
    if (selfSize > 0 && !url.startsWith('node:')) {
      const at = url === '' ? '' : `${url.replace(/^file:\/\//, '')}:${lineNumber + 1}`;
      const key = `${functionName}\n${at}`;
      found.set(key, { function: functionName, at, bytes: selfSize + (found.get(key)?.bytes ?? 0) });
    }
    for (const child of children) add(child);
  };
  add(profile.head);
  return [...found.values()].sort((a, b) => b.bytes - a.bytes);
}
