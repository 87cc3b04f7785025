/** docs/reference/config.md, from the one table of fields. */
import { FIELDS } from '../../bin/config/fields.js';
import { code, sections, table } from './markdown.js';

export function configPage(): string {
  return sections(
    '# Configuration',
    'Two files are looked for, both JSON objects of the fields below; neither needs to be there:',
    [
      `- ${code('$XDG_CONFIG_HOME/uffdscope/config.json')}, where that variable is not set ${code('~/.config/uffdscope/config.json')};`,
      `- ${code('./.uffdscoperc.json')} in the folder where uffdscope is started.`,
    ].join('\n'),
    'Flags win over files, the file of the folder over that of the user. A file is read only if it is a regular file of the user who runs uffdscope (under sudo also of who called sudo) and nobody else may write it; that of the folder must be no symbolic link either. One that is not read is named on stderr. One that is read and cannot be understood ends the command with status 2; the sentence names file, line and field. ' +
      `${code('uffdscope doctor')} says what became of both.`,
    table(
      ['field', 'value', 'meaning'],
      Object.entries(FIELDS).map(([name, { shape, about }]) => [code(name), shape, about]),
    ),
    'No field names a script, a source or a socket, and no field makes uffdscope take part: a file in a folder that came from elsewhere can change how things look, not what is done to a process.',
  );
}
