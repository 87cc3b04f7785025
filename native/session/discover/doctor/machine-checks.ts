/** Memory of this machine, the program itself, and the terminal it would draw on. */
import type { Check } from './check.js';
import type { Facts } from './facts.js';

const DEFAULT_MAX_MAP_COUNT = 65530;

export function memoryChecks({ hugePages, files }: Facts): Check[] {
  const thp = files.thp === null ? null : (/\[(\w+)\]/.exec(files.thp)?.[1] ?? null);
  const swaps = files.swaps === null ? null : files.swaps.split('\n').length - 1;
  const maps = files.maxMapCount === null ? null : Number(files.maxMapCount);
  const reserved = hugePages.filter(({ total }) => total > 0);
  return [
    {
      id: 'memory.huge-pages',
      area: 'memory',
      ok: null,
      value: reserved.map(({ kib, total, free }) => `${kib} KiB: ${free} of ${total} free`).join(', ') || 'none',
      says:
        hugePages.length === 0
          ? 'This kernel has no hugetlbfs.'
          : reserved.length === 0
            ? 'No huge pages are set aside: nothing on hugetlbfs can run or be tried.'
            : 'Huge pages are set aside.',
      fix: hugePages.length > 0 && reserved.length === 0 ? 'sudo sysctl -w vm.nr_hugepages=64' : null,
    },
    {
      id: 'memory.thp',
      area: 'memory',
      ok: null,
      value: thp,
      says: thp === null ? 'This kernel has no transparent huge pages.' : `Transparent huge pages: ${thp}.`,
      fix: null,
    },
    {
      id: 'memory.swap',
      area: 'memory',
      ok: null,
      value: swaps,
      says:
        swaps === 0 ? 'No swap: no page can be swapped out.' : 'Swapped pages are shown as swapped, not as missing.',
      fix: null,
    },
    {
      id: 'memory.max-map-count',
      area: 'memory',
      ok: maps === null ? null : maps >= DEFAULT_MAX_MAP_COUNT,
      value: maps,
      says: 'Mappings a process may have; registering parts of a range splits it.',
      fix:
        maps !== null && maps < DEFAULT_MAX_MAP_COUNT
          ? `sudo sysctl -w vm.max_map_count=${DEFAULT_MAX_MAP_COUNT}`
          : null,
    },
  ];
}

export function programChecks({ node, nodeApi, keeper, symbolizer }: Facts): Check[] {
  return [
    {
      id: 'program.node',
      area: 'program',
      ok: true,
      value: node,
      says: 'Node.js is recent enough.',
      fix: null,
    },
    {
      id: 'program.node-api',
      area: 'program',
      ok: nodeApi >= 8,
      value: nodeApi,
      says: 'The native part is loaded; it needs Node-API 8.',
      fix: nodeApi >= 8 ? null : 'Run Node.js 20.19 or newer.',
    },
    {
      id: 'program.keeper',
      area: 'program',
      ok: keeper !== null,
      value: keeper,
      says:
        keeper === null
          ? 'The keeper is not built: without it nothing can be taken part in.'
          : 'The keeper is there: it hands everything back if we die.',
      fix: keeper === null ? 'npm run build:native' : null,
    },
    {
      id: 'program.symbolizer',
      area: 'program',
      ok: symbolizer === null ? null : true,
      value: symbolizer,
      says:
        symbolizer === null
          ? 'No symbolizer: instructions get no file and line.'
          : 'Instructions can get file and line.',
      fix: symbolizer === null ? 'sudo apt install llvm' : null,
    },
  ];
}

const SMALLEST = { columns: 60, rows: 15 } as const;

export function terminalChecks({ terminal }: Facts): Check[] {
  const { isTerminal, columns, rows, colorLevel, utf8 } = terminal;
  const large = columns === null || rows === null ? null : columns >= SMALLEST.columns && rows >= SMALLEST.rows;
  return [
    {
      id: 'terminal.stdout',
      area: 'terminal',
      ok: isTerminal ? true : null,
      value: isTerminal ? 'terminal' : 'no terminal',
      says: isTerminal
        ? 'stdout is a terminal: a screen can be drawn.'
        : 'stdout is no terminal: no screen, lines only.',
      fix: null,
    },
    {
      id: 'terminal.size',
      area: 'terminal',
      ok: large,
      value: large === null ? null : `${columns}x${rows}`,
      says: large === false ? 'Too small for the screen.' : 'The screen needs 60x15.',
      fix: large === false ? 'Make the window larger.' : null,
    },
    {
      id: 'terminal.color',
      area: 'terminal',
      ok: colorLevel > 0 ? true : null,
      value: ['none', '16', '256', 'truecolor'][colorLevel]!,
      says: colorLevel > 0 ? 'Colour is on.' : 'Colour is off; every state is also a word or a sign.',
      fix: isTerminal && colorLevel === 0 ? 'Unset NO_COLOR, or give --color.' : null,
    },
    {
      id: 'terminal.utf-8',
      area: 'terminal',
      ok: utf8 ? true : null,
      value: utf8 ? 'UTF-8' : 'not UTF-8',
      says: utf8 ? 'Borders and blocks can be drawn.' : 'Drawn with ASCII only.',
      fix: utf8 ? null : 'export LC_ALL=C.UTF-8',
    },
  ];
}
