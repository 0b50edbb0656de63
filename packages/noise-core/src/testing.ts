export { fixedEphemeralsForTestingOnly } from './testing/fixed-ephemerals.ts';
export { type NoiseVector, parseVectorFile } from './testing/vector-file.ts';
export { runVector, type VectorOutcome, type VectorParts } from './testing/vector-runner.ts';
