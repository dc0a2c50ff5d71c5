type Encode<Rest extends readonly unknown[]> = (view: DataView, p: number, device: number, ...rest: Rest) => number;
type WithToken<E> =
  E extends Encode<infer Rest>
    ? (view: DataView, p: number, device: number, token: number, ...rest: Rest) => number
    : never;

/** A generated module of a dialect without tokens, as if its encoder took one and had nowhere to put it. */
export type Tokened<C extends { readonly encode: unknown }> = Omit<C, 'encode'> & {
  readonly encode: WithToken<C['encode']>;
};

/** Lets the adapters of later dialects serve one whose header has no token. */
export function tokenless<C extends { readonly encode: unknown }>(codec: C): Tokened<C> {
  const encode = codec.encode as (view: DataView, p: number, device: number, ...rest: unknown[]) => number;
  const tokened = (view: DataView, p: number, device: number, _token: number, ...rest: unknown[]): number =>
    encode(view, p, device, ...rest);
  return { ...codec, encode: tokened as never };
}
