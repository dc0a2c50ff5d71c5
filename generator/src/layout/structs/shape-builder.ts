import type { MemberIR } from '../../ir/structs.js';
import { fixedSizeOf, isWalked, varies } from '../../ir/structs.js';

/** Where the next field goes: so many bytes after the start, or after the end of an array of variable size. */
export interface Position {
  readonly offset: number;
  readonly after: string | null;
}

/** Collects the members of one shape, field by field, and keeps count of where they lie. */
export class ShapeBuilder {
  readonly members: MemberIR[] = [];
  #offset = 0;
  #after: string | null = null;
  /** How many members lie before a union no arm was chosen for yet. */
  readonly open = new Map<string, number>();
  /** The array that takes whatever is left, once there is one. */
  rest: string | null = null;
  /** The array whose end only a walk finds. */
  walked: string | null = null;
  /** Paths that could not be laid out: reported once, and not again by whatever refers to them. */
  readonly lost = new Set<string>();

  get position(): Position {
    return { offset: this.#offset, after: this.#after };
  }

  skip(bytes: number): void {
    this.#offset += bytes;
  }

  add(member: MemberIR): void {
    this.members.push(member);
    if (isWalked(member)) this.walked = member.name;
    if (!varies(member)) {
      this.#offset += fixedSizeOf(member);
      return;
    }
    if ('rest' in member.count) this.rest = member.name;
    this.#offset = 0;
    this.#after = member.name;
  }

  find(name: string): MemberIR | undefined {
    return this.members.find((m) => m.name === name);
  }
}
