import { Session } from 'node:inspector';
import v8 from 'node:v8';
import vm from 'node:vm';
import { type AllocationSite, type SampledProfile, sitesOf } from './sites.js';

/** What V8 did with its heap while something ran. */
export interface HeapUse {
  /** Bytes allocated, those that were collected since included: exact, but for what the looking itself takes. */
  readonly bytes: number;
  /** Growth of memory outside the heap, as of array buffers, at each point it was looked at. */
  readonly outside: number;
  /** Collections of the young generation. */
  readonly scavenges: number;
  /** All other steps of the collector. */
  readonly otherCollections: number;
  /** The most that was in use when anything looked: before a collection, or at the end. */
  readonly peakHeap: number;
  /** Where it was allocated, as sampled, the most first. */
  readonly sites: readonly AllocationSite[];
  readonly profile: SampledProfile;
}

/** Mean bytes between two samples. Few enough for samples of gigabytes to be kept; a leak of one byte per message makes thousands. */
const SAMPLING_INTERVAL = 16 * 1024;

/**
 * Runs `work`, which must be synchronous, and tells every byte it allocates. Bytes are counted from collection to collection: what
 * was in use before one, less what the one before it left. The sampling profiler tells where; it keeps what was collected too,
 * which an ordinary heap profile leaves out.
 */
export function watchHeap(work: () => void): HeapUse {
  const session = new Session();
  session.connect();
  session.post('HeapProfiler.enable');
  const collector = new v8.GCProfiler();
  session.post('HeapProfiler.startSampling', {
    samplingInterval: SAMPLING_INTERVAL,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  } as object);
  collector.start();
  const start = v8.getHeapStatistics();
  work();
  const end = v8.getHeapStatistics();
  const { statistics } = collector.stop();
  const profile = stopSampling(session);
  session.disconnect();

  let left = { heap: start.used_heap_size, outside: start.external_memory };
  let [bytes, outside, peakHeap] = [0, 0, end.used_heap_size];
  for (const { beforeGC, afterGC } of statistics) {
    const { usedHeapSize, externalMemory } = beforeGC.heapStatistics;
    bytes += usedHeapSize - left.heap;
    // Freed behind the program's back, at any time, so that it may look smaller than what was left.
    outside += Math.max(0, externalMemory - left.outside);
    peakHeap = Math.max(peakHeap, usedHeapSize);
    left = { heap: afterGC.heapStatistics.usedHeapSize, outside: afterGC.heapStatistics.externalMemory };
  }
  bytes += end.used_heap_size - left.heap;
  outside += Math.max(0, end.external_memory - left.outside);
  const scavenges = statistics.filter(({ gcType }) => gcType === 'Scavenge').length;
  return {
    bytes: Math.max(0, bytes),
    outside,
    scavenges,
    otherCollections: statistics.length - scavenges,
    peakHeap,
    sites: sitesOf(profile),
    profile,
  };
}

/** The answer comes before `post` returns: the session is in the same thread. */
function stopSampling(session: Session): SampledProfile {
  let profile: SampledProfile | null = null;
  session.post('HeapProfiler.stopSampling', (error, answer) => {
    if (error === null) profile = answer.profile as SampledProfile;
  });
  if (profile === null) throw new Error('V8 gave no profile of its heap');
  return profile;
}

/** Throws away all that is not in use. */
export function collectGarbage(): void {
  v8.setFlagsFromString('--expose-gc');
  (vm.runInNewContext('gc') as () => void)();
}
