/** The bytes that faults were answered with, where they were recorded: found in the file when they are looked at. */
import type { Fault, PageBytes } from '../../types.js';
import type { BlockPlace, Recording } from '../recording.js';

interface Place {
  readonly block: BlockPlace;
  readonly from: number;
  readonly length: number;
  readonly address: number;
}

/** Of a page of gigabytes so much is enough to see. */
const MOST_ZEROS = 2 ** 21;

const no = (reason: string): PageBytes => ({ known: false, reason });

export class FilePages {
  readonly #places = new Map<number, Place>();
  constructor(readonly recording: Recording) {}

  add(seq: number, place: Place): void {
    this.#places.set(seq, place);
  }

  /** What this fault, as it is shown, was answered with. */
  of({ seq, state, action, page, pageSize }: Fault): PageBytes {
    if (state === 'gone') return no('It was not answered: it went back, or its memory or thread went away.');
    if (state !== 'resolved') return no('It is not answered yet at this time.');
    if (action === 'zero') return { known: true, bytes: new Uint8Array(Math.min(pageSize, MOST_ZEROS)) };
    if (action !== 'copy') return no('It was answered without bytes.');
    const place = this.#places.get(seq);
    if (place === undefined)
      return no(
        this.recording.description.pages
          ? 'The recording does not have the bytes of this answer.'
          : 'The recording has no bytes of pages: it was made without --record-pages.',
      );
    const offset = Math.max(0, Number(page) - place.address);
    const length = Math.min(pageSize, place.length - offset);
    const bytes = length > 0 ? this.recording.bytesAt(place.block, place.from + offset, length) : null;
    return bytes === null ? no('The file has changed since it was opened.') : { known: true, bytes };
  }
}
