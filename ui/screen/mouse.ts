/** Mouse reports in SGR form (CSI < button ; x ; y M|m), taken out of the input before keys are decoded. */

export interface MouseReport {
  readonly type: 'press' | 'release' | 'wheel-up' | 'wheel-down';
  /** Left is 0. */
  readonly button: number;
  readonly x: number;
  readonly y: number;
}

const REPORT = /\x1b\[<(\d{1,4});(\d{1,5});(\d{1,5})([Mm])/g;
// What may be the first part of a report whose rest has not come yet. A lone ESC may also be the key.
const TAIL = /\x1b(?:\[(?:<[\d;]{0,20})?)?$/;

// The first part of a report whose rest got lost, with something else behind it.
const BROKEN = /\x1b\[<[\d;]{0,20}(?=[^\d;Mm])/g;

export class MouseFilter {
  #tail = '';

  /** Text without reports, and the reports. A split one is kept until its rest comes. */
  feed(text: string): { text: string; reports: MouseReport[] } {
    const reports: MouseReport[] = [];
    const all = (this.#tail + text).replace(REPORT, (_all, button: string, x: string, y: string, end: string) => {
      const report = decode(Number(button), Number(x) - 1, Number(y) - 1, end === 'M');
      if (report) reports.push(report);
      return '';
    });
    const whole = all.replace(BROKEN, '');
    const cut = TAIL.exec(whole);
    this.#tail = cut ? cut[0] : '';
    return { text: cut ? whole.slice(0, cut.index) : whole, reports };
  }

  /**
   * What waits for its rest; call `flush` when nothing follows for a while. An escape may be a key, and is soon one;
   * nobody types half a report, so its rest may take its time on a slow line.
   */
  get waiting(): 'escape' | 'report' | null {
    if (this.#tail === '') return null;
    return this.#tail.startsWith('\x1b[<') ? 'report' : 'escape';
  }

  /** Give the tail up: ESC and `ESC [` were keys; the digits of half a report must never become any. */
  flush(): string {
    const tail = this.#tail;
    this.#tail = '';
    return tail.startsWith('\x1b[<') ? '' : tail;
  }
}

function decode(code: number, x: number, y: number, press: boolean): MouseReport | null {
  if (code & 32) return null; // motion
  if (code & 64) return press ? { type: code & 1 ? 'wheel-down' : 'wheel-up', button: 0, x, y } : null;
  return { type: press ? 'press' : 'release', button: code & 3, x, y };
}
