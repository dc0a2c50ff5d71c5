const WIDTH = 100;

/** A block comment of as many lines as the text needs; nothing where there is none. */
export function comment(paragraphs: readonly (string | null)[], indent = ''): string[] {
  const lines = paragraphs.flatMap((text) =>
    text === null || text === '' ? [] : wrap(safe(text), WIDTH - indent.length),
  );
  if (lines.length === 0) return [];
  if (lines.length === 1) return [`${indent}/* ${lines[0]} */`];
  return [`${indent}/*`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`];
}

/** Text that ends no comment and begins no other. */
const safe = (text: string): string => text.replaceAll('*/', '* /').replaceAll('/*', '/ *').replaceAll('\n', ' ');

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
