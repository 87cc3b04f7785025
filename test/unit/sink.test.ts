import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Sink } from '../../bin/output/sink.js';

/** A named pipe whose ends we hold both, as a shell's would be. */
function pipe(): { reader: number; writer: number } {
  const folder = fs.mkdtempSync(join(tmpdir(), 'sink-'));
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  const writer = fs.openSync(path, fs.constants.O_WRONLY);
  fs.rmSync(folder, { recursive: true });
  return { reader, writer };
}

function readSome(fd: number): Buffer {
  const buffer = Buffer.alloc(1 << 16);
  try {
    return buffer.subarray(0, fs.readSync(fd, buffer));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return Buffer.alloc(0);
    throw error;
  }
}

const soon = (ms = 1) => new Promise((resolve) => setTimeout(resolve, ms));

test('more than a pipe holds, read slowly: all of it, in order, while JavaScript goes on', async () => {
  const { reader, writer } = pipe();
  const sink = new Sink(writer);
  let wanted = '';
  for (let i = 0; i < 40_000; i++) {
    const line = `${i} ü\n`;
    wanted += line;
    sink.write(line);
  }
  const flushed = sink.flush();
  const got: Buffer[] = [];
  let turns = 0;
  for (let left = Buffer.byteLength(wanted); left > 0; left -= got.at(-1)!.length) {
    got.push(readSome(reader));
    await soon(0);
    turns++;
  }
  await flushed;
  assert.ok(Buffer.concat(got).toString() === wanted);
  assert.ok(turns > 3, 'the event loop turned while the pipe was full');
});

test('a reader that stops: drain waits, and only who awaits it', async () => {
  const { reader, writer } = pipe();
  const sink = new Sink(writer);
  sink.write('x'.repeat(3 << 20));
  let drained = false;
  const draining = sink.drain().then(() => (drained = true));
  await soon(50);
  assert.equal(drained, false);
  while (!drained) {
    readSome(reader);
    await soon(0);
  }
  await draining;
});

test('the pipe that the shell gave us stays blocking', async () => {
  const { writer } = pipe();
  const sink = new Sink(writer);
  sink.write('x');
  await sink.flush();
  const flags = /flags:\s+0?(\d+)/.exec(fs.readFileSync(`/proc/self/fdinfo/${writer}`, 'utf8'))![1]!;
  assert.equal(Number.parseInt(flags, 8) & fs.constants.O_NONBLOCK, 0);
});

test('a reader that goes away closes it, quietly and for good', async () => {
  const { reader, writer } = pipe();
  const sink = new Sink(writer);
  fs.closeSync(reader);
  sink.write('lost');
  await sink.flush();
  assert.equal(sink.closed.aborted, true);
  sink.write('dropped');
  await sink.flush();
});

test('a disk that is full is told to whoever flushes', async () => {
  const sink = new Sink(fs.openSync('/dev/full', fs.constants.O_WRONLY));
  sink.write('x');
  await assert.rejects(sink.flush(), { code: 'ENOSPC' });
});

test('what is written without a flush leaves by itself', async () => {
  const { reader, writer } = pipe();
  new Sink(writer).write('live\n');
  await soon(20);
  assert.equal(readSome(reader).toString(), 'live\n');
});
