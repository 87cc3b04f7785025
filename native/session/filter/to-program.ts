/**
 * A typed filter to the engine's program: a list of tests, each with the index of the next test for yes and for no,
 * always forward, so that it ends after at most one pass. native/engine/filter_program.h describes the layout.
 */
import type { Compare, Filter, Interval } from './ast.js';
import { FIELDS, type Choice } from './fields.js';
import { FilterFault } from './filter-error.js';
import { encodePattern } from './pattern-encode.js';
import { lowerAscii } from './text-match.js';

const MAGIC = 0x31504655; // "UFP1"
const VERSION = 1;
const HEADER_BYTES = 16;
const TEST_BYTES = 24;
const MAX_TESTS = 1024;
const MAX_POOL = 65536;

const ACCEPT = 0xffff;
const REJECT = 0xfffe;
/** Tests that hang on the range alone are numbered up to here, so that the engine can keep their results by range. */
const RANGE_TESTS = 64;
const NOT_KEPT = 0xffff;

const OP = { span: 1, mask: 2, equal: 3, contains: 4, rangeName: 5, pattern: 6, letters: 7, prefix: 8 } as const;
const NUMBER_FIELDS = ['addr', 'page', 'off', 'pid', 'tid', 't', 'seq', 'hits', 'kind', 'access'];
const TEXT_FIELDS = ['range', 'backing', 'prot', 'comm'];
/** The largest known number; the engine writes an unknown one as 2^64 - 1. */
const LAST = 0x7fff_ffff_ffff_ffffn;

/** Names where to go on: ACCEPT, REJECT, or how many tests stand from there to the end. */
type Target = number;

interface Test {
  readonly op: number;
  readonly field: number;
  readonly kept: number;
  readonly yes: Target;
  readonly no: Target;
  readonly a: bigint;
  readonly b: bigint;
}

/** `filter` must have been checked for `when: 'fault'`. Throws FilterFault where it is too large. */
export function toProgram(filter: Filter): Uint8Array {
  const emitter = new Emitter();
  return emitter.bytes(emitter.emit(filter, ACCEPT, REJECT));
}

/** Written from the last test to the first, so that every target is known when it is needed. */
class Emitter {
  private readonly tests: Test[] = [];
  private readonly pool: number[] = [];
  private rangeTests = 0;

  /** Gives where to begin; that is `yes` or `no` itself where nothing needs to be asked. */
  emit(filter: Filter, yes: Target, no: Target): Target {
    switch (filter.type) {
      case 'all':
        return yes;
      case 'not':
        return this.emit(filter.item, no, yes);
      case 'and':
        return filter.items.reduceRight((next, item) => this.emit(item, next, no), yes);
      case 'or':
        return filter.items.reduceRight((next, item) => this.emit(item, yes, next), no);
      case 'number':
        return this.number(NUMBER_FIELDS.indexOf(filter.field), filter.op, filter.values, yes, no);
      case 'choice': {
        const mask = filter.values.reduce((bits, value) => bits | (1 << choiceCode(filter.field, value)), 0);
        const [then, otherwise] = filter.op === '!=' ? [no, yes] : [yes, no];
        return this.push(OP.mask, NUMBER_FIELDS.indexOf(filter.field), NOT_KEPT, then, otherwise, BigInt(mask), 0n);
      }
      case 'text': {
        const [then, otherwise] = filter.op === '!=' ? [no, yes] : [yes, no];
        const one = (next: Target, value: string): Target =>
          this.text(textOp(filter.field, value), filter.field, Buffer.from(value), then, next);
        return filter.values.reduceRight(one, otherwise);
      }
      case 'word':
        return this.text(OP.contains, 'range', Buffer.from(lowerAscii(filter.text)), yes, no);
      case 'pattern': {
        const plain = !/[\\^$.*+?()[\]{}|]/.test(filter.source);
        if (plain) return this.text(OP.contains, filter.field, Buffer.from(lowerAscii(filter.source)), yes, no);
        return this.text(OP.pattern, filter.field, encodePattern(filter.source), yes, no);
      }
      case 'flag':
      case 'selector':
        throw new Error(`${filter.name} is not known when a fault is read`); // check() refuses it
    }
  }

  private number(field: number, op: Compare, values: readonly Interval[], yes: Target, no: Target): Target {
    const within = (next: Target, lo: bigint, hi: bigint, then = yes): Target =>
      lo > hi ? next : this.push(OP.span, field, NOT_KEPT, then, next, lo, hi);
    if (op === '=' || op === '!=') {
      const [then, otherwise] = op === '=' ? [yes, no] : [no, yes];
      const any = values.reduceRight((next, v) => within(next, BigInt(v.lo), BigInt(v.hi), then), otherwise);
      return op === '=' ? any : within(no, 0n, LAST, any); // an unknown number differs from nothing
    }
    const value = BigInt(values[0]!.lo);
    if (op === '<') return within(no, 0n, value - 1n);
    if (op === '<=') return within(no, 0n, value);
    return within(no, op === '>' ? value + 1n : value, LAST);
  }

  private text(op: number, fieldName: string, bytes: Uint8Array, yes: Target, no: Target): Target {
    const field = TEXT_FIELDS.indexOf(fieldName);
    const keep = fieldName !== 'comm' && this.rangeTests < RANGE_TESTS;
    const offset = this.pool.length;
    if (offset + bytes.length > MAX_POOL) throw tooLarge();
    this.pool.push(...bytes);
    const kept = keep ? this.rangeTests++ : NOT_KEPT;
    return this.push(op, field, kept, yes, no, BigInt(offset), BigInt(bytes.length));
  }

  private push(op: number, field: number, kept: number, yes: Target, no: Target, a: bigint, b: bigint): Target {
    if (this.tests.length >= MAX_TESTS) throw tooLarge();
    return this.tests.push({ op, field, kept, yes, no, a, b });
  }

  bytes(entry: Target): Uint8Array {
    const count = this.tests.length;
    const bytes = new Uint8Array(HEADER_BYTES + count * TEST_BYTES + this.pool.length);
    const view = new DataView(bytes.buffer);
    const index = (target: Target): number => (target === ACCEPT || target === REJECT ? target : count - target);
    view.setUint32(0, MAGIC, true);
    view.setUint16(4, VERSION, true);
    view.setUint16(6, count, true);
    view.setUint32(8, this.pool.length, true);
    view.setUint16(12, index(entry), true);
    this.tests.toReversed().forEach((test, i) => {
      const at = HEADER_BYTES + i * TEST_BYTES;
      view.setUint8(at, test.op);
      view.setUint8(at + 1, test.field);
      view.setUint16(at + 2, test.kept, true);
      view.setUint16(at + 4, index(test.yes), true);
      view.setUint16(at + 6, index(test.no), true);
      view.setBigUint64(at + 8, test.a, true);
      view.setBigUint64(at + 16, test.b, true);
    });
    bytes.set(this.pool, HEADER_BYTES + count * TEST_BYTES);
    return bytes;
  }
}

/** The engine's code of a kind or access is its place in the table of choices. */
function choiceCode(field: string, name: string): number {
  const { type } = FIELDS.find((f) => f.context === 'faults' && f.name === field)!;
  const choices: readonly Choice[] = type.kind === 'choice' ? type.choices : [];
  return choices.findIndex((choice) => choice.name === name);
}

function textOp(field: string, value: string): number {
  if (field === 'range') return OP.rangeName;
  if (field === 'prot') return value.includes('-') ? OP.prefix : OP.letters;
  return OP.equal;
}

function tooLarge(): FilterFault {
  return new FilterFault('this filter is too long for a hold or rule', { at: 0, length: 1 });
}
