/** Takes the types out of TypeScript. Each becomes spaces, so that lines and columns stay what they are. */
import { transformSync } from '@swc/wasm-typescript';

/** @throws SyntaxError that begins with FILE:LINE:COLUMN. */
export function withoutTypes(source: string, path: string): string {
  try {
    return transformSync(source, { mode: 'strip-only', module: true, filename: path }).code;
  } catch (cause) {
    const { message, startLine, startColumn } = cause as {
      readonly message?: string;
      readonly startLine?: number;
      readonly startColumn?: number;
    };
    const at = startLine === undefined ? '' : `:${startLine}:${(startColumn ?? 0) + 1}`;
    throw new SyntaxError(`${path}${at}: ${message ?? String(cause)}`);
  }
}
