/** The files of one recording, oldest first, as one stream of items. */
import { existsSync } from 'node:fs';
import { BlockFile, refused } from './blocks.js';
import { readChange, readDescription, readEnding, type Description, type Ending } from './description.js';
import { BLOCK, PARTS } from './format.js';
import { ItemReader, type Item } from './items.js';

/** Where a block lies. */
export interface BlockPlace {
  readonly file: number;
  readonly at: number;
}

export class Recording {
  readonly #files: BlockFile[];
  readonly description: Description;
  /** Engine clock, ns, that times count from. */
  readonly began: number;
  /** Faults in parts that were dropped for --max-size. */
  readonly dropped: number;
  /** Older files that should lie beside it and do not. */
  readonly missing: number;
  #ending: Ending | null = null;
  readonly #scripts = new Map<number, string>();

  /** @throws UffdscopeError RECORDING. */
  constructor(readonly path: string) {
    this.#files = [new BlockFile(path)];
    try {
      const { header } = this.#files[0]!;
      for (let back = 1; back <= Math.min(header.part, PARTS - 1); back++) {
        const older = olderPart(`${path}.${back}`, header.id, header.part - back);
        if (older === null) break;
        this.#files.unshift(older);
      }
      this.began = header.began;
      this.dropped = header.dropped;
      this.missing = Math.min(header.part, PARTS - 1) - (this.#files.length - 1);
      this.description = describe(this.#files);
      this.#name(this.description.scripts);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** How many files it was read from. */
  get files(): number {
    return this.#files.length;
  }

  /** Known once all items were read; null: its recorder did not come to the end. */
  get ending(): Ending | null {
    return this.#ending;
  }

  /** As often as wanted. */
  *items(): Generator<Item> {
    for (const { items } of this.blocks()) yield* items;
  }

  /** The same, block by block. */
  *blocks(): Generator<{ readonly place: BlockPlace; readonly items: Iterable<Item> }> {
    const reader = new ItemReader(this.scriptName);
    for (const [file, blocks] of this.#files.entries()) {
      for (const block of blocks.blocks()) {
        if ('damage' in block) yield { place: { file, at: 0 }, items: [{ is: 'damage', damage: block.damage }] };
        else if (block.type === BLOCK.items)
          yield { place: { file, at: block.at }, items: this.#itemsOf(block.payload, reader) };
        else if (block.type === BLOCK.trailer) this.#ending = readEnding(block.payload.toString('utf8'));
      }
    }
  }

  /** Bytes of a block that was seen before; null: the file has changed. */
  bytesAt({ file, at }: BlockPlace, from: number, length: number): Buffer | null {
    const block = this.#files[file]?.block(at) ?? null;
    return block === null || from + length > block.payload.length ? null : block.payload.subarray(from, from + length);
  }

  /** As far as the items were read; its number where it has no name. */
  readonly scriptName = (id: number): string => this.#scripts.get(id) ?? String(id);

  *#itemsOf(payload: Buffer, reader: ItemReader): Generator<Item> {
    for (const item of reader.of(payload)) {
      if (item.is === 'meta') this.#name(readChange(item.text)?.scripts ?? []);
      yield item;
    }
  }

  #name(scripts: Description['scripts']): void {
    for (const { id, name } of scripts) this.#scripts.set(id, name);
  }

  close(): void {
    for (const file of this.#files) file.close();
  }
  [Symbol.dispose](): void {
    this.close();
  }
}

/** null: it is not there, or is another recording's. */
function olderPart(path: string, id: bigint, part: number): BlockFile | null {
  if (!existsSync(path)) return null;
  let file: BlockFile;
  try {
    file = new BlockFile(path);
  } catch {
    return null; // no recording: then what is there is not ours, and the parts end here
  }
  if (file.header.id === id && file.header.part === part) return file;
  file.close();
  return null;
}

/** Of the newest that says it. */
function describe(files: readonly BlockFile[]): Description {
  for (const file of files.toReversed()) {
    for (const block of file.blocks()) {
      if ('damage' in block || block.type !== BLOCK.header) continue;
      const description = readDescription(block.payload.toString('utf8'));
      if (description !== null) return description;
    }
  }
  throw refused(files.at(-1)!.path, 'is a recording whose description is missing or damaged');
}
