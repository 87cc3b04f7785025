/** What an expectation can measure, in one table: parser, completion and docs read it. */
import type { NumberUnit } from '../filter/fields.js';

export interface Measure {
  readonly name: string;
  readonly unit: Extract<NumberUnit, 'count' | 'duration'>;
  /** A second is what it is counted by. */
  readonly perSecond?: true;
  readonly doc: string;
  readonly example: string;
}

export const MEASURES: readonly Measure[] = [
  { name: 'count', unit: 'count', doc: 'Faults that the filter takes.', example: 'range=heap: count>=100' },
  { name: 'failed', unit: 'count', doc: 'Answers that the kernel refused, or that had no bytes.', example: 'failed=0' },
  {
    name: 'rate',
    unit: 'count',
    perSecond: true,
    doc: 'Those faults, by the seconds from attaching to the end.',
    example: 'rate>=1000/s',
  },
  {
    name: 'p50',
    unit: 'duration',
    doc: 'Time from read to answer that half of them did not exceed.',
    example: 'p50<50us',
  },
  { name: 'p90', unit: 'duration', doc: 'The same for 90 %.', example: 'p90<1ms' },
  { name: 'p99', unit: 'duration', doc: 'The same for 99 %.', example: 'kind=missing: p99<5ms' },
  { name: 'p99.9', unit: 'duration', doc: 'The same for 99.9 %.', example: 'p99.9<=20ms' },
  { name: 'max', unit: 'duration', doc: 'The longest of them.', example: 'access=write: max<1s' },
  { name: 'mean', unit: 'duration', doc: 'Their mean.', example: 'mean<100us' },
];

export type Operator = '<=' | '>=' | '!=' | '<' | '>' | '=';

export function holds(value: number, op: Operator, limit: number): boolean {
  switch (op) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
    case '=':
      return value === limit;
    case '!=':
      return value !== limit;
  }
}
