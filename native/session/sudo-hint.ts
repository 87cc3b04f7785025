/** The exact line that runs this very command with more rights. */

const PLAIN = /^[A-Za-z0-9_@%+=:,./-]+$/;

/** One word of a shell command line. */
export function shellWord(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** `sudo NODE SCRIPT ARGS…` for this node, this script, these arguments. */
export function sudoLine(
  args: readonly string[] = process.argv.slice(2),
  node: string = process.execPath,
  script: string | undefined = process.argv[1],
): string {
  return ['sudo', node, ...(script === undefined ? [] : [script]), ...args].map(shellWord).join(' ');
}

/** What gives us the capability that was missing: sudo for a user; for root, whoever took it away. */
export function sudoHint(capability = 'CAP_SYS_PTRACE', args?: readonly string[]): string {
  if (process.geteuid?.() !== 0) return `Run it as root: ${sudoLine(args)}`;
  const name = capability.replace('CAP_', '');
  return `Root lacks ${capability} here; in a container: docker run --cap-add ${name}`;
}
