/** package.json of the generated codecs. Only `exports` follows from the schema; the rest is fixed here. */
export function renderPackage(exports: Record<string, unknown>): string {
  const manifest = {
    name: '@virtio-wire/codecs',
    version: '0.1.0',
    description:
      'Zero-copy DataView codecs for every virtio-msg dialect, generated from the virtio-wire schema. No dependencies.',
    license: 'Apache-2.0',
    type: 'module',
    sideEffects: false,
    engines: { node: '>=20' },
    exports,
    files: ['dist', 'src', 'ir'],
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
