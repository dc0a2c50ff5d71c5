import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DialectName } from '../wire/dialect.js';
import { DIALECTS } from '../wire/dialects.js';
import { type Ends, inOneProcess, inTwoProcesses } from './ends.js';
import { type Figures, story } from './story.js';
import { type Audience, Telling } from './telling.js';

export type { DialectName } from '../wire/dialect.js';
export type { Figures } from './story.js';
export type { Audience } from './telling.js';

export const DEMO_DIALECTS = Object.keys(DIALECTS) as readonly DialectName[];
export const DEMO_MEDIA = ['loopback', 'stream'] as const;
export type DemoMedium = (typeof DEMO_MEDIA)[number];

export interface DemoOptions {
  readonly dialect: DialectName;
  /** `loopback`: both sides in one process. `stream`: two processes, a unix socket, and memory in a file. */
  readonly medium: DemoMedium;
  readonly audience?: Audience & {
    begin?(step: string): void;
    end?(step: StepResult): void;
  };
}

export interface StepResult {
  readonly step: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly figures: Figures;
  /** What did not come true. */
  readonly error?: string;
}

export interface DemoResult {
  readonly ok: boolean;
  readonly dialect: DialectName;
  readonly medium: DemoMedium;
  readonly steps: readonly StepResult[];
}

const DISK_BYTES = 8 * 1024 * 1024;
/** No step takes longer than this many milliseconds: a demo that hangs is over. */
const STEP_LIMIT = 60_000;

/** A driver and devices talk over a bus. What goes wrong ends the demo and is in the result; nothing is left behind. */
export async function runDemo({ dialect, medium, audience = {} }: DemoOptions): Promise<DemoResult> {
  const folder = await mkdtemp(join(tmpdir(), 'virtio-wire-'));
  const steps: StepResult[] = [];
  let ends: Ends | null = null;
  try {
    const disk = join(folder, 'disk');
    const file = await open(disk, 'w');
    await file.truncate(DISK_BYTES);
    await file.close();
    const telling = new Telling(DIALECTS[dialect], audience);
    ends = medium === 'stream' ? await inTwoProcesses(dialect, disk, folder) : await inOneProcess(dialect, disk);
    for (const { name, run } of story({ ends, dialect, folder, telling })) {
      audience.begin?.(name);
      const result = await timed(name, run);
      telling.step();
      steps.push(result);
      audience.end?.(result);
      if (!result.ok) break;
    }
  } finally {
    await ends?.close();
    await rm(folder, { recursive: true, force: true });
  }
  return { ok: steps.length > 0 && steps.every(({ ok }) => ok), dialect, medium, steps };
}

async function timed(step: string, run: () => Promise<Figures>): Promise<StepResult> {
  const begun = performance.now();
  const ms = (): number => Math.round((performance.now() - begun) * 10) / 10;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${STEP_LIMIT / 1000} s`)), STEP_LIMIT);
  });
  try {
    const figures = await Promise.race([run(), limit]);
    return { step, ok: true, ms: ms(), figures };
  } catch (error) {
    return { step, ok: false, ms: ms(), figures: {}, error: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
