import type { CollectionTag, Document, Scalar, ScalarTag } from 'yaml';
import { stringifyString } from 'yaml/util';

/** Blocks of text are folded at this column; nothing else is ever broken. */
const WIDTH = 120;

type Tag = ScalarTag | CollectionTag;

/** The text of a document whose nodes say how they want to be written. */
export function print(document: Document): string {
  document.setSchema('1.2', { schema: 'core', customTags: (tags) => (tags as Tag[]).map(adapt) });
  return document.toString({ indent: 2, lineWidth: 0, singleQuote: false, directives: false });
}

/** The printers of the yaml package, but for two: numbers in hexadecimal digits, and text. */
function adapt(tag: Tag): Tag {
  if (tag.tag === 'tag:yaml.org,2002:int' && 'format' in tag && tag.format === 'HEX')
    return { ...tag, stringify: (item) => hexadecimal(item as Scalar) } as Tag;
  if (tag.tag === 'tag:yaml.org,2002:str') return { ...tag, stringify: text } as Tag;
  return tag;
}

/** At least two digits, and as many as the author wrote: 0x0001 says that the field has 16 bits. */
function hexadecimal({ value, source }: Scalar): string {
  const written = /^0x([0-9a-f]+)$/i.exec(source ?? '')?.[1]?.length ?? 0;
  return `0x${Number(value).toString(16).padStart(Math.max(2, written), '0')}`;
}

const text: NonNullable<ScalarTag['stringify']> = (item, context, onComment, onChompKeep) => {
  const options = item.type === 'BLOCK_FOLDED' ? { ...context.options, lineWidth: WIDTH } : context.options;
  return stringifyString(item as Scalar<string>, { ...context, actualString: true, options }, onComment, onChompKeep);
};
