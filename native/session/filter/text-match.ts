/** How names are compared. native/engine/filter_program.cc decides the same over bytes; tests hold both together. */

/** The whole name, or what stands after one of its colons; either also without a final `[k]`. */
export function isRangeNamed(name: string, wanted: string): boolean {
  if (name === wanted) return true;
  if (wanted === '') return false;
  if (name.endsWith(`:${wanted}`)) return true;
  const plain = name.replace(/\[[0-9]+\]$/, '');
  return plain !== name && (plain === wanted || plain.endsWith(`:${wanted}`));
}

/** With a dash: `prot` begins so. Else: every letter is in it. */
export function hasProtection(prot: string, wanted: string): boolean {
  if (wanted.includes('-')) return prot.startsWith(wanted);
  for (const letter of wanted) if (!prot.includes(letter)) return false;
  return true;
}

/** ASCII letters in lower case, all else as it is: the engine has no tables of cases. */
export function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
