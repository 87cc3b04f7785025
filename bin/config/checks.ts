/** The configuration files as `doctor` reports them: each read, absent, or refused and why. */
import type { Check } from '../../native/session/discover/doctor/index.js';
import { UffdscopeError } from '../../native/session/errors.js';
import { safeText } from '../../native/session/safe-text.js';
import { configFiles, type ConfigFile } from './files.js';
import { checkConfig } from './index.js';

const IDS = ['config.user', 'config.folder'] as const;

export async function configChecks(env: NodeJS.ProcessEnv = process.env): Promise<Check[]> {
  return Promise.all(configFiles(env).map((file, place) => checkOf(IDS[place]!, file)));
}

async function checkOf(id: string, file: ConfigFile): Promise<Check> {
  const name = safeText(file.name);
  const said = (ok: boolean | null, value: string, says: string, fix: string | null = null): Check => {
    return { id, area: 'program', ok, value, says, fix };
  };
  switch (file.found.state) {
    case 'absent':
      return said(null, 'none', `There is no ${name} that this user may read.`);
    case 'refused':
      return said(false, 'refused', `${name} is not read: ${file.found.why}.`, 'Mend it, or take it away.');
    case 'read':
      try {
        await checkConfig(file.found.text, file.name);
        return said(true, 'read', `${name} is read.`);
      } catch (error) {
        if (!(error instanceof UffdscopeError)) throw error;
        return said(false, 'wrong', error.message, error.hint);
      }
  }
}
