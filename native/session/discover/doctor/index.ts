/** `doctor`: what this kernel and this user can do, each thing tried or read, with the line that would change it. */
import type { Check } from './check.js';
import { gatherFacts, type Facts, type TerminalFacts } from './facts.js';
import { featureChecks, kernelChecks, uffdChecks } from './kernel-checks.js';
import { memoryChecks, programChecks, terminalChecks } from './machine-checks.js';
import { rightsChecks } from './rights-checks.js';
import { watchingChecks } from './watching-checks.js';

export { AREAS, type Area, type Check } from './check.js';
export type { TerminalFacts } from './facts.js';

export async function examine(terminal: TerminalFacts): Promise<Check[]> {
  return checksFrom(await gatherFacts(terminal));
}

/** The pure half. */
export function checksFrom(facts: Facts): Check[] {
  return [
    ...kernelChecks(facts),
    ...uffdChecks(facts),
    ...featureChecks(facts),
    ...rightsChecks(facts),
    ...watchingChecks(facts),
    ...memoryChecks(facts),
    ...programChecks(facts),
    ...terminalChecks(facts),
  ];
}
