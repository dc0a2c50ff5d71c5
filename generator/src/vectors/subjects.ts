import type { DialectIndex } from '../interpret/dialect-index.js';
import type { CodecModule } from './codec-module.js';
import { flyweightSubject } from './flyweight-subject.js';
import { interpreterSubject } from './interpreter-subject.js';
import { objectSubject } from './object-subject.js';
import type { Subject } from './subject.js';
import { viewSubject } from './view-subject.js';

/** Every implementation of a dialect. The interpreter comes first: it is the oracle. */
export const allSubjects = (index: DialectIndex, module: CodecModule): readonly Subject[] => [
  interpreterSubject(index),
  objectSubject(module),
  viewSubject(index, module),
  flyweightSubject(index, module),
];

/** Those that may have no way to write some messages, and then encode nothing. */
export const EXPRESSES_LESS: readonly string[] = ['view codec', 'flyweight'];
