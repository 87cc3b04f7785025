/**
 * Text that a target, a socket or a file could choose, made safe to show: control characters, escapes, bidi marks,
 * line and paragraph separators and lone surrogates become visible symbols; nothing here reaches a terminal as a command.
 */
export function safeText(text: string): string {
  return text.replace(UNSAFE, visible);
}

// C0, DEL, C1, soft hyphen, zero-width and bidi controls, line/paragraph separators, BOM, tags, lone surrogates.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|[\ud800-\udfff]/gu;

function visible(char: string): string {
  const code = char.codePointAt(0)!;
  if (code < 0x20) return String.fromCodePoint(0x2400 + code); // ␀ … ␟
  if (code === 0x7f) return '\u2421';
  return `<${code.toString(16)}>`;
}
