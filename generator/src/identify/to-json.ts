import type { Identified } from './identify.js';
import { reasonsFor } from './render.js';

/** The answer as JSON: `score` from -1 to 1, frames counted from 1. */
export function identifiedJson(found: Identified): Record<string, unknown> {
  const { form, verdict, frames, broken, best, decides, ranking } = found;
  return {
    form,
    verdict,
    frames,
    broken,
    best,
    decides,
    ranking: ranking.map((heard) => {
      const { index, score, read, clean, responses, answers, objections } = heard;
      const { protocol, dialect, aliases, carries } = index.ir;
      return {
        dialect,
        protocol,
        aliases: aliases.map((a) => a.name),
        carries,
        score: Math.round(score * 1e6) / 1e6,
        frames: heard.frames,
        read,
        clean,
        responses,
        answers,
        for: reasonsFor(heard),
        against: objections,
      };
    }),
  };
}
