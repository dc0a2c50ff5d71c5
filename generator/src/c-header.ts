import type { HeaderOptions } from './backends/c/header-view.js';
import type { Mapped } from './header-map/checked-map.js';
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

/** The C file that checks somebody's header by their compiler, see `readHeaderMap` and `@virtio-wire/generator/c`. */
export async function cChecks(include: string, structs: readonly Mapped[]): Promise<string> {
  const { renderCChecks } = await import('./backends/c/index.js');
  return renderCChecks(include, structs);
}
