import type { HeaderOptions } from './backends/c/header-view.js';
import type { FamilyIR } from './ir/structs.js';
import type { DialectIR } from './ir/types.js';

/**
 * The C11 header of a dialect or of a family of structs, see `@virtio-wire/generator/c`. The back end and its templates
 * are loaded by the first call, so that whoever needs no header does not wait for them.
 */
export async function cHeader(ir: DialectIR | FamilyIR, options: HeaderOptions): Promise<string> {
  const { renderCHeader } = await import('./backends/c/index.js');
  return renderCHeader(ir, options);
}
