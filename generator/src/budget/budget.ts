import type { DialectIR } from '../ir/types.js';
import { type BodyBudget, bodyBudget, roomIn } from './capacity.js';
import { type Device, type Initialisation, initialise, type Pieces, piecesOf } from './initialise.js';

/** What a bus whose messages hold `max` bytes can do with a dialect. */
export interface Budget {
  readonly protocol: string;
  readonly dialect: string;
  readonly max: number;
  /** Bytes a message can have there, header included. */
  readonly room: number;
  /** What the text says a bus must be able to hold, and what it may hold at most; null where it says nothing. */
  readonly least: number | null;
  readonly most: number | null;
  readonly bodies: readonly BodyBudget[];
  readonly pieces: Pieces;
  readonly initialisation: Initialisation;
}

/** Everything in bytes, header included, of messages as the dialect defines them: what a carrier adds does not count. */
export function budget(ir: DialectIR, max: number, device: Device): Budget {
  const room = roomIn(ir, max);
  return {
    protocol: ir.protocol,
    dialect: ir.dialect,
    max,
    room,
    least: ir.limits.min,
    most: ir.limits.max,
    bodies: ir.bodies.map((body) => bodyBudget(body, room)),
    pieces: piecesOf(ir, room),
    initialisation: initialise(ir, room, device),
  };
}
