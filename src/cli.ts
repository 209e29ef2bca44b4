/** The `acceptd` command: what each word on the command line does. */
import { Command, CommanderError, Option } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { checkCommand } from './cli/check-command.ts'
import { attemptsCommand } from './cli/ask/attempts.ts'
import { cancelCommand } from './cli/ask/cancel.ts'
import { deleteCommand } from './cli/ask/delete.ts'
import { lsCommand } from './cli/ask/ls.ts'
import { openCommand } from './cli/ask/open.ts'
import { resultCommand } from './cli/ask/result.ts'
import { retryCommand } from './cli/ask/retry.ts'
import { runCommand } from './cli/ask/run.ts'
import { statusCommand } from './cli/ask/status.ts'
import { submitCommand } from './cli/ask/submit.ts'
import { tailCommand } from './cli/ask/tail.ts'
import { tasksCommand } from './cli/ask/tasks.ts'
import { waitsApart } from './cli/ask/wait-words.ts'
import { completeCommand } from './cli/completion/complete.ts'
import { completionCommand } from './cli/completion/completion.ts'
import { EXIT, exitCodesHelp } from './cli/exit-codes.ts'
import { helpCommand } from './cli/help-command.ts'
import { migrateCommand } from './cli/migrate-command.ts'
import { endWithoutReader } from './cli/output.ts'
import { serveCommand } from './cli/serve-command.ts'
import { tell } from './cli/tell.ts'
import { webhookSecretCommand } from './cli/webhook-secret.ts'
import { configFrom, environment } from './config.ts'

export async function run(argv: readonly string[]): Promise<void> {
  // Of a server that would be an error like any other: it has more to say than what nobody reads.
  if (argv[2] !== 'serve') endWithoutReader()
  try {
    const acceptd = program()
    refuseOptionsBefore(acceptd, argv[2] ?? '')
    await acceptd.parseAsync(waitsApart(argv))
  } catch (error) {
    // It has said already what is wrong with the command line.
    if (error instanceof CommanderError)
      process.exitCode = error.exitCode === EXIT.fine ? EXIT.fine : EXIT.usage
    else process.exitCode = tell(error)
  }
}

const TO_BEGIN_WITH = `To begin with:
  acceptd serve                                              start it; leave it running, and in another terminal:
  acceptd run word-count '{"text":"to be or not to be"}'     submit a job, wait for its end, print its result
  acceptd ls                                                 see what became of your jobs
`

const MORE_HELP = `
Options, examples:  acceptd <command> --help
Settings:           acceptd serve --help
`

function program(): Command {
  const acceptd = new Command('acceptd')
    .description('An async job API on Postgres: POST work, get 202 and a place to look.')
    .version(manifest.version, '-v, --version')
    .configureHelp({ subcommandTerm: shortTerm })
    .addHelpText('before', TO_BEGIN_WITH)
    .addHelpText('after', exitCodesHelp() + MORE_HELP)
    .helpCommand(false)
  const config = () => configFrom(environment())

  // What each of these needs is read when it is needed: most commands are over sooner than Postgres and Express are loaded.
  acceptd.commandsGroup('Serve:')
  acceptd.addCommand(serveCommand(config))
  acceptd.addCommand(migrateCommand(config))
  acceptd
    .command('audit')
    .description('compare jobs with queue deliveries; list where they disagree and exit 1')
    .option('--repair', 'make the deliveries what the jobs say; exit 1 only where that could not be done')
    .action(async ({ repair }: { repair?: true }) => {
      const { printAudit, repairAndTell } = await import('./cli/audit.ts')
      await (repair ? repairAndTell(config()) : printAudit(config()))
    })

  acceptd.addCommand(webhookSecretCommand(config).helpGroup('Serve:'))

  acceptd
    .command('openapi')
    .description('print the OpenAPI document of the shipped tasks and those in ACCEPTD_TASKS')
    .addOption(new Option('--write', 'write openapi.yaml, for the shipped tasks alone').conflicts('check'))
    .addOption(new Option('--check', 'exit 1 if openapi.yaml is not what --write would make it'))
    .action(async (options: { write?: true; check?: true }) =>
      (await import('./cli/openapi.ts')).openApi(configFrom(environment(), 'nothing'), options),
    )

  // They work with a running API, so they need no database.
  const groups = {
    'Have work done:': [
      runCommand(),
      submitCommand(),
      statusCommand(),
      resultCommand(),
      cancelCommand(),
      retryCommand(),
      deleteCommand(),
    ],
    'See how it is doing:': [lsCommand(), tailCommand(), attemptsCommand()],
    'More:': [tasksCommand(), openCommand(), checkCommand(), completionCommand()],
  }
  for (const [heading, commands] of Object.entries(groups))
    for (const command of commands) acceptd.addCommand(command.helpGroup(heading))
  acceptd.addCommand(completeCommand(acceptd), { hidden: true })
  acceptd.addCommand(helpCommand(acceptd).helpGroup('More:'))
  leaveTheEndToUs(acceptd)
  return acceptd
}

/** One that commands have, but in front of them. */
function refuseOptionsBefore(acceptd: Command, word: string): void {
  const [flag] = word.split('=')
  const isOfCommands = acceptd.commands.some(({ options }) => options.some(({ long }) => long === flag))
  if (isOfCommands) acceptd.error(`error: write ${flag} after the command: acceptd <command> ${flag} …`)
}

/** Without [options], which most of them have. */
function shortTerm(command: Command): string {
  const words = command.registeredArguments.map((one) =>
    one.required ? `<${one.name()}>` : `[${one.name()}]`,
  )
  return [command.name(), ...words].join(' ')
}

/** Commander would end the process by itself, with another exit code. */
function leaveTheEndToUs(command: Command): void {
  command
    .exitOverride()
    .showHelpAfterError(
      `(acceptd ${command.name() === 'acceptd' ? '' : `${command.name()} `}--help has examples)`,
    )
  for (const below of command.commands) leaveTheEndToUs(below)
}
