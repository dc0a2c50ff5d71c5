/** What a mutant of the wire changes. */
export type WireKind =
  | 'offset'
  | 'width'
  | 'order'
  | 'sign'
  | 'id'
  | 'id-swap'
  | 'type-bit'
  | 'type-mask'
  | 'bits'
  | 'count'
  | 'element-size'
  | 'frame'
  | 'choice';

/** What a mutant of the rules changes: no byte moves, and there is no target for how many of them are found out. */
export type RuleKind = 'constraint' | 'enum' | 'reserved';

/** An IR with one thing changed. */
export interface Mutant<IR, Kind extends string = WireKind> {
  readonly kind: Kind;
  /** `transport.SET_VQUEUE.request.index`, and what became of it: `u32 -> u16`. */
  readonly where: string;
  readonly what: string;
  /** Keys of the bodies, or names of the structs, whose vectors can tell; null where all can. */
  readonly keys: readonly string[] | null;
  readonly ir: IR;
}

/** How the list of known survivors spells a mutant. */
export const spelled = ({ kind, where, what }: Pick<Mutant<unknown, string>, 'kind' | 'where' | 'what'>): string =>
  `${kind} ${where}: ${what}`;

/** The same list with one element replaced. */
export const replaced = <T>(list: readonly T[], at: number, by: T): readonly T[] =>
  list.map((item, i) => (i === at ? by : item));
