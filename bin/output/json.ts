/** JSON as docs/reference/json.md describes it: addresses are hex strings, and no byte of it can steer a terminal. */

export function hex(address: bigint | number): string {
  return `0x${address.toString(16)}`;
}

/** `value` with bigints as hex strings, indented by `indent`. */
export function toJson(value: unknown, indent = 0): string {
  const text = JSON.stringify(value, (_key, one: unknown) => (typeof one === 'bigint' ? hex(one) : one), indent);
  return text.replace(STEERING, escape);
}

/** A JSON string literal. */
export function jsonString(text: string): string {
  return JSON.stringify(text).replace(STEERING, escape);
}

// What JSON lets through and a terminal or an editor acts on: DEL, C1, bidi and zero-width marks, separators, tags.
const STEERING =
  /[\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

function escape(char: string): string {
  return [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
}
