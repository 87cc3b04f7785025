/** What a run is held to. */
export { Judge } from './judge.js';
export { MEASURES, type Measure } from './measures.js';
export { parseExpectation, readExpectation, type Expectation, type Measured, type Never } from './parse-expect.js';
export { holdTo, type Verdict } from './verdict.js';
