import { addon } from '../../addon/load.js';
import type { FeatureBit, ObserveAddon } from '../../addon/observe.js';

let table: readonly FeatureBit[] | undefined;

/** UFFD_FEATURE_* as the core knows them: bit, name, the first kernel that has it. */
export function featureTable(): readonly FeatureBit[] {
  table ??= addon<ObserveAddon>().features();
  return table;
}

/** Names of the bits set, lowest first; a bit that we do not know is `0x20000`, never dropped. */
export function featureNames(bits: bigint, known: readonly FeatureBit[] = featureTable()): string[] {
  const names = known.filter(({ bit }) => (bits & bit) !== 0n).map(({ name }) => name);
  let rest = known.reduce((left, { bit }) => left & ~bit, bits);
  for (let bit = 1n; rest !== 0n; bit <<= 1n) {
    if ((rest & bit) === 0n) continue;
    names.push(`0x${bit.toString(16)}`);
    rest &= ~bit;
  }
  return names;
}
