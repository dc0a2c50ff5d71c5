import { type Spelled, spell, type Value } from '../interpret/values.js';
import type { AssumedValue, LossCode, LostValue, Obstacle, ObstacleCode } from './translation.js';

/** What is found out while values are carried over. */
export class Outcome {
  readonly lost: LostValue[] = [];
  readonly assumed: AssumedValue[] = [];
  readonly why: Obstacle[] = [];

  lose(why: LossCode, field: string, value: Value, says: string): void {
    const spelled = spell(value);
    this.lost.push({ field, value: spelled, why, says: `${field} = ${shown(spelled)}: ${says}` });
  }

  assume(field: string, value: Spelled): void {
    this.assumed.push({ field, value });
  }

  refuse(code: ObstacleCode, field: string, value: Value, limit: string, says: string): void {
    const spelled = spell(value);
    this.why.push({ code, field, value: spelled, limit, says: `${field} = ${shown(spelled)}: ${says}` });
  }
}

const LONGEST = 48;

/** A value in a sentence; long lists and digits are cut. */
export function shown(value: Spelled): string {
  const text = typeof value === 'object' ? `[${value.slice(0, LONGEST).join(', ')}]` : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
