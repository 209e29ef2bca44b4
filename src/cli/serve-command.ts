/** What `acceptd serve` takes on the command line, with examples and all settings. */
import { Command } from 'commander'
import type { Config } from '../config.ts'
import { settingsHelp } from './settings-help.ts'

const EXAMPLES = `
Examples:
  The API, the worker and a Postgres of their own, whose data are in .data here:
    acceptd serve
  With tasks of one's own, on another port:
    ACCEPTD_TASKS=./tasks PORT=8080 acceptd serve
  With a Postgres that there is; the API here, and workers on as many machines as one likes:
    DATABASE_URL=postgres://user:password@host/name ACCEPTD_ROLE=api acceptd serve
    DATABASE_URL=postgres://user:password@host/name ACCEPTD_ROLE=worker acceptd serve
`

export function serveCommand(config: () => Config): Command {
  return new Command('serve')
    .description('start the API and the worker (see ACCEPTD_ROLE); Postgres too, unless DATABASE_URL is set')
    .addHelpText('after', () => EXAMPLES + settingsHelp())
    .action(async () => (await import('./serve.ts')).serve(config()))
}
