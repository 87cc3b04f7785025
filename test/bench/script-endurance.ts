/** `SECONDS=60 node --import tsx test/bench/script-endurance.ts`: how fast a TypeScript onFault answers, and what stays of it. */
import { endure } from './endure.js';

const { scope, script, ...rest } = await endure(Number(process.env['SECONDS'] ?? 60));
const grown = ([early, late]: readonly [number, number]): string => `${early.toFixed(1)} -> ${late.toFixed(1)} MiB`;
console.log(JSON.stringify(rest));
console.log(`resident: uffdscope ${grown(scope)}, the script's process ${grown(script)}`);
