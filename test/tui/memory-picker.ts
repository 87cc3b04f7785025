import type { PickerRow, PickerSource } from '../../ui/main.js';
import type { Session } from '../../native/session/types.js';

/** A list of processes for screens under test. */
export class MemoryPicker implements PickerSource {
  constructor(private readonly session: Session) {}

  async list(): Promise<readonly PickerRow[]> {
    const row = (pid: number, comm: string, uffds: number, waiting: number, would: string, refused: string | null): PickerRow => ({
      pid, comm, cmdline: `/usr/bin/${comm} --serve`, user: 'root', uffds, waiting, would, refused,
    }); // prettier-ignore
    return [
      row(4012, 'demo', 1, 3, 'join, handler alive', null),
      row(501, 'qemu-system-x86', 1, 0, 'join, handler alive', null),
      row(1, 'init', 0, 0, 'plant', 'pid 1 is never attached to'),
      row(812, 'evil\x1b[31m\x07name', 0, 0, 'plant', null),
      ...Array.from({ length: 40 }, (_, i) => row(900 + i, `worker-${i}`, 0, 0, 'plant', null)),
    ];
  }

  async attach(): Promise<Session> {
    return this.session;
  }
}
