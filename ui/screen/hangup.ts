import fs from 'node:fs';
import { isatty } from 'node:tty';

/**
 * Node restores the modes of its terminals at exit, and aborts where the kernel says EIO because one has hung up
 * (node::ResetStdio); it passes over descriptors that are closed.
 */
export function closeTerminals(): void {
  for (const fd of [0, 1, 2]) {
    if (isatty(fd) || isHungUp(fd)) fs.closeSync(fd);
  }
}

/** isatty(3) fails on a terminal that hung up; its device number still says that it is one. */
function isHungUp(fd: number): boolean {
  try {
    const stat = fs.fstatSync(fd);
    return stat.isCharacterDevice() && stat.rdev >> 8 !== 1; // 1 is mem: /dev/null
  } catch {
    return false; // closed already
  }
}
