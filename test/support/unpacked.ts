import { align, type DialectIR, type FamilyIR } from '@virtio-wire/generator';
import { declarationsOf, reachOf, renderCHeader } from '@virtio-wire/generator/c';

/** The header without `packed` and its assertions, and then ours: every member and size, whether it differs or not. */
export function unpacked(ir: DialectIR | FamilyIR, abi: 'natural' | 'ia32'): string {
  const text = renderCHeader(ir, { types: 'stdint' })
    .replaceAll(/ ?__attribute__\(\(packed\)\)/g, '')
    .replaceAll(/^VWIRE_STATIC_ASSERT.*\n/gm, '');
  const differing = new Map(align(ir).differing.map((m) => [m.key, m]));
  const asserts = declarationsOf(ir, { types: 'stdint' }).flatMap((declared) => {
    const { laid, tree } = declared;
    if (tree.nodes.length === 0) return [];
    const type = `struct ${declared.type}`;
    const found = differing.get(laid.key);
    const members = new Map(found?.members.map((m) => [m.member, m[abi]]));
    const says = (what: string, bytes: number): string => `VWIRE_STATIC_ASSERT(${what} == ${bytes}, "${what}");`;
    const offsets = reachOf(declared).flatMap(({ c, offset }) => {
      // An element that is a value itself has no name of its own.
      if (c.endsWith('[]')) return [];
      const at = c.replaceAll('[]', '[0]');
      return [says(`offsetof(${type}, ${at})`, members.get(at) ?? offset)];
    });
    const strides = (found?.strides ?? []).map((s) => says(`sizeof(((${type} *)0)->${s.member}[0])`, s[abi]));
    return [...offsets, ...strides, says(`sizeof(${type})`, found?.size[abi] ?? tree.size)];
  });
  return `${text}${asserts.join('\n')}\n`;
}
