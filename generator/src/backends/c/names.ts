/**
 * Words that name no member: keywords of C11 and C++20, and what compilers or <errno.h> define as macros. A header is
 * read by both languages.
 */
const RESERVED = new Set(
  (
    'alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class compl ' +
    'concept const consteval constexpr constinit const_cast continue co_await co_return co_yield decltype default delete ' +
    'do double dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable ' +
    'namespace new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast ' +
    'requires restrict return short signed sizeof static static_assert static_cast struct switch template this ' +
    'thread_local throw true try typedef typeid typename typeof union unsigned using virtual void volatile wchar_t while ' +
    'xor xor_eq errno linux unix i386 arm NULL EOF'
  ).split(' '),
);

/** `rfc2+token` → `rfc2_token`, `9p` → `_9p`. */
export const identifier = (text: string): string => text.replaceAll(/\W/g, '_').replace(/^(?=\d)/, '_');

export const upper = (text: string): string => identifier(text).toUpperCase();

/** Hands out the names of one scope: one that is taken, or that no member may have, gets trailing underscores. */
export class Scope {
  readonly #taken = new Set<string>();

  claim(wish: string): string {
    let name = identifier(wish);
    while (RESERVED.has(name) || this.#taken.has(name)) name += '_';
    this.#taken.add(name);
    return name;
  }
}
