/** What `acceptd migrate` takes on the command line, with examples to learn it from. */
import { Command } from 'commander'
import type { Config } from '../config.ts'

const EXAMPLES = `
Examples:
  Which migrations are missing? Exits with 1 if some are:
    acceptd migrate status
  Apply those, before the new version is started, as a user who may make tables:
    DATABASE_URL=postgres://owner:password@host/name acceptd migrate up

Unless DATABASE_URL is set, it is about the Postgres that acceptd serve keeps in .data, or in ACCEPTD_DATA_DIR.
`

export function migrateCommand(config: () => Config): Command {
  const migrate = new Command('migrate')
    .description('bring the database up to date, or see how it stands')
    .addHelpText('after', EXAMPLES)
  migrate
    .command('up')
    .description('apply the migrations that are missing')
    .action(async () => (await import('./migrations.ts')).migrateUpAndTell(config()))
  migrate
    .command('status')
    .description('list the migrations; exit 1 if some are missing')
    .action(async () => (await import('./migrations.ts')).printMigrations(config()))
  return migrate
}
