import { bodyData } from './body-data.js';
import type { BodyModel } from './body-model.js';
import { checkBody } from './check.js';
import { describeBody, describeImports } from './describe.js';
import { encodeImports, encoders } from './encode.js';
import { flyweight } from './flyweight.js';
import { objectForm, objectImports } from './object-form.js';
import { readerImports, readers } from './readers.js';
import { importAll, importNames, type Statement } from './render.js';
import type { DialectModel } from './view-model.js';

/** The module of one message body. */
export function bodyFile(dialect: DialectModel, body: BodyModel): Statement[] {
  const support = [...objectImports(body), ...describeImports(body), ...encodeImports(body), ...readerImports(body)];
  return [
    importNames(dialect.support, support),
    importAll('./header.js', 'header'),
    ...bodyData(dialect, body),
    checkBody(body),
    ...readers(body),
    ...encoders(body),
    ...objectForm(body),
    ...describeBody(body),
    flyweight(body),
  ];
}
