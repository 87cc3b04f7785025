/** Bytes as text that an editor can change, and back. */

const PER_ROW = 16;

/** `00000000: 7f 45 4c 46 …  |.ELF|`; what stands after `|` is for reading only. */
export function formatDump(bytes: Uint8Array): string {
  const rows: string[] = ['# Edit the hex digits. Offsets and what follows | are ignored; lines with # too.'];
  for (let at = 0; at < bytes.length; at += PER_ROW) {
    const row = bytes.subarray(at, at + PER_ROW);
    const hex = Array.from(row, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = Array.from(row, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    rows.push(`${at.toString(16).padStart(8, '0')}: ${hex.padEnd(PER_ROW * 3 - 1)}  |${text}|`);
  }
  return `${rows.join('\n')}\n`;
}

export type DumpResult =
  { readonly ok: true; readonly bytes: Uint8Array } | { readonly ok: false; readonly message: string };

/** Exactly `length` bytes, in the order of the lines. */
export function parseDump(text: string, length: number): DumpResult {
  const out: number[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const hex = line
      .replace(/^[0-9a-f]+:/i, '')
      .split('|')[0]!
      .trim();
    const pairs = hex === '' ? [] : hex.split(/\s+/);
    const wrong = pairs.find((pair) => !/^[0-9a-f]{2}$/i.test(pair));
    if (wrong !== undefined)
      return { ok: false, message: `line ${i + 1}: ${wrong.slice(0, 20)} is not a byte in hex.` };
    out.push(...pairs.map((pair) => Number.parseInt(pair, 16)));
  }
  if (out.length !== length) return { ok: false, message: `it has ${out.length} bytes, and the page ${length}.` };
  return { ok: true, bytes: Uint8Array.from(out) };
}
