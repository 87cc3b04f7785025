/** A row of bars, one a value; the highest value has the highest bar, zero the lowest. */
export function sparkline(values: readonly number[], width: number, signs: readonly string[]): string {
  const shown = values.slice(-width);
  const top = Math.max(...shown, 1);
  const bars = shown.map((value) => signs[value <= 0 ? 0 : Math.max(1, Math.ceil((value / top) * signs.length) - 1)]);
  return (signs[0] ?? ' ').repeat(Math.max(0, width - shown.length)) + bars.join('');
}

/** The same, several rows high, top row first. */
export function barChart(values: readonly number[], width: number, height: number, signs: readonly string[]): string[] {
  const shown = values.slice(-width);
  const top = Math.max(...shown, 1);
  const steps = shown.map((value) => (value <= 0 ? 0 : Math.max(1, Math.round((value / top) * height * signs.length))));
  return Array.from({ length: height }, (_, row) => {
    const below = (height - 1 - row) * signs.length;
    const cells = steps.map((step) => {
      const here = Math.min(signs.length, step - below);
      return here <= 0 ? ' ' : signs[here - 1]!;
    });
    return ' '.repeat(Math.max(0, width - shown.length)) + cells.join('');
  });
}
