/** An SVG element as text; attributes that are numbers are rounded, text is escaped. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  ...children: readonly string[]
): string {
  const given = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(shown(value))}"`);
  return children.length === 0
    ? `<${name}${given.join('')}/>`
    : `<${name}${given.join('')}>${children.join('')}</${name}>`;
}

export const text = (x: number, y: number, style: string, content: string): string =>
  element('text', { x, y, class: style }, escapeXml(content));

const shown = (value: string | number): string =>
  typeof value === 'number' ? String(Math.round(value * 10) / 10) : value;

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

export const escapeXml = (content: string): string => content.replace(/[&<>"]/g, (c) => ENTITIES[c]!);
