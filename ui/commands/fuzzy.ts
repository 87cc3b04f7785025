/** How well typed letters fit a text: all of them, in order; runs and beginnings of words count more. null: not at all. */
export function fuzzyScore(typed: string, text: string): number | null {
  const wanted = typed.toLowerCase().replaceAll(' ', '');
  const hay = text.toLowerCase();
  if (wanted === '') return 0;
  let score = 0;
  let at = -1;
  for (const letter of wanted) {
    const next = hay.indexOf(letter, at + 1);
    if (next < 0) return null;
    const run = next === at + 1 && at >= 0;
    const begin = next === 0 || /[\s.,:()-]/.test(hay[next - 1]!);
    score += run ? 8 : begin ? 6 : 1;
    score -= Math.min(3, next - at - 1) * 0.5;
    at = next;
  }
  if (hay.includes(wanted)) score += 10;
  return score - hay.length * 0.02;
}
