import type { FamilyIndex } from '../../interpret/structs/family-index.js';
import type { FamilyModule } from './family-module.js';
import { flyweightStructs } from './flyweight-structs.js';
import { interpretedStructs } from './interpreted-structs.js';
import { objectStructs } from './object-structs.js';
import type { StructSubject } from './struct-subject.js';
import { viewStructs } from './view-structs.js';

/** Every implementation of a family. The interpreter comes first: it is the oracle. */
export const structSubjects = (index: FamilyIndex, module: FamilyModule): readonly StructSubject[] => [
  interpretedStructs(index),
  objectStructs(module, index),
  viewStructs(module, index),
  flyweightStructs(module, index),
];
