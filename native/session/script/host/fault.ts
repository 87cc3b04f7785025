/** One question of the engine, read out of the shared memory. */
import { ACCESSES, KINDS, NO_RANGE, u64 } from '../../record-layout.js';
import type { Access, FaultKind } from '../../types.js';
import type { ScriptFault, ScriptRange } from '../types.js';
import { PLACE, PLACE_SIZE } from './place-layout.js';

export class PlaceReader {
  readonly #words: Uint32Array;
  readonly #bytes: Uint8Array;
  constructor(
    places: ArrayBuffer,
    readonly rangeById: (id: number) => ScriptRange | undefined,
  ) {
    this.#words = new Uint32Array(places);
    this.#bytes = new Uint8Array(places);
  }

  /** Copied: the place is written again while a script still thinks about this one. */
  read(place: number): HostFault {
    const w = (place * PLACE_SIZE) / 4;
    const b = place * PLACE_SIZE;
    const words = this.#words;
    const bytes = this.#bytes;
    return new HostFault(
      u64(words, w + PLACE.seq / 4),
      words[w + PLACE.pid / 4]!,
      words[w + PLACE.tid / 4]!,
      KINDS[bytes[b + PLACE.kind]!]!,
      ACCESSES[bytes[b + PLACE.access]!]!,
      u64(words, w + PLACE.address / 4),
      u64(words, w + PLACE.page / 4),
      2 ** bytes[b + PLACE.pageShift]!,
      u64(words, w + PLACE.rangeStart / 4),
      words[w + PLACE.rangeId / 4]!,
      words[w + PLACE.hits / 4]!,
      words[w + PLACE.rangeHash / 4]!,
      words[w + PLACE.rangeHash / 4 + 1]!,
      this.rangeById,
    );
  }
}

export class HostFault implements ScriptFault {
  constructor(
    readonly seq: number,
    readonly pid: number,
    readonly tid: number,
    readonly kind: FaultKind,
    readonly access: Access,
    readonly addressNumber: number,
    readonly pageNumber: number,
    readonly pageSize: number,
    readonly rangeStart: number,
    readonly rangeId: number,
    readonly hits: number,
    readonly hashLow: number,
    readonly hashHigh: number,
    readonly rangeById: (id: number) => ScriptRange | undefined,
  ) {}
  get address(): bigint {
    return BigInt(this.addressNumber);
  }
  get page(): bigint {
    return BigInt(this.pageNumber);
  }
  get offset(): number {
    return this.pageNumber - this.rangeStart;
  }
  get range(): ScriptRange | null {
    return this.rangeId === NO_RANGE ? null : (this.rangeById(this.rangeId) ?? null);
  }
  get rangeHash(): bigint {
    return (BigInt(this.hashHigh) << 32n) | BigInt(this.hashLow);
  }
}
