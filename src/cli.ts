/** The `acceptd` command: what each word on the command line does. */
import { Command, Option } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { checkCommand } from './cli/check-command.ts'
import { manyJobsCommand } from './cli/many-jobs-command.ts'
import { tell } from './cli/tell.ts'
import { webhookSecretCommand } from './cli/webhook-secret.ts'
import { configFrom, environment } from './config.ts'
import { SETTINGS } from './settings.ts'

export async function run(argv: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(argv)
  } catch (error) {
    process.exitCode = tell(error)
  }
}

function program(): Command {
  const acceptd = new Command('acceptd')
    .description('An async job API on Postgres: POST work, get 202 and a place to look.')
    .version(manifest.version, '-v, --version')
    .addHelpText('after', settingsHelp())
  const config = () => configFrom(environment())

  // What each of these needs is read when it is needed: most commands are over sooner than Postgres and Express are loaded.
  acceptd
    .command('serve')
    .description('start the API and the worker (see ACCEPTD_ROLE); Postgres too, unless DATABASE_URL is set')
    .action(async () => (await import('./cli/serve.ts')).serve(config()))

  const migrate = acceptd
    .command('migrate')
    .description('bring the database up to date, or see how it stands')
  migrate
    .command('up')
    .description('apply the migrations that are missing')
    .action(async () => (await import('./cli/migrations.ts')).migrateUpAndTell(config()))
  migrate
    .command('status')
    .description('list the migrations; exit 1 if some are missing')
    .action(async () => (await import('./cli/migrations.ts')).printMigrations(config()))

  acceptd
    .command('audit')
    .description('compare jobs with queue deliveries; list where they disagree and exit 1')
    .option('--repair', 'make the deliveries what the jobs say; exit 1 only where that could not be done')
    .action(async ({ repair }: { repair?: true }) => {
      const { printAudit, repairAndTell } = await import('./cli/audit.ts')
      await (repair ? repairAndTell(config()) : printAudit(config()))
    })

  acceptd.addCommand(webhookSecretCommand(config))

  // They work with a running API, so they need no database.
  const address = () => configFrom(environment(), 'nothing')
  acceptd.addCommand(manyJobsCommand('retry', 'run failed or canceled jobs again', address))
  acceptd.addCommand(manyJobsCommand('delete', 'delete jobs that have ended', address))

  acceptd.addCommand(checkCommand())

  acceptd
    .command('openapi')
    .description('print the OpenAPI document of the shipped tasks and those in ACCEPTD_TASKS')
    .addOption(new Option('--write', 'write openapi.yaml, for the shipped tasks alone').conflicts('check'))
    .addOption(new Option('--check', 'exit 1 if openapi.yaml is not what --write would make it'))
    .action(async (options: { write?: true; check?: true }) =>
      (await import('./cli/openapi.ts')).openApi(configFrom(environment(), 'nothing'), options),
    )
  return acceptd
}

function settingsHelp(): string {
  const width = Math.max(...SETTINGS.map(({ name }) => name.length))
  const lines = SETTINGS.map(({ name, help, fallback }) => {
    const otherwise = fallback === '' ? '' : ` (${fallback})`
    return `  ${name.padEnd(width)}  ${help}${otherwise}`
  })
  return `\nSettings, from the environment or a .env file (what holds if not set):\n${lines.join('\n')}\n`
}
