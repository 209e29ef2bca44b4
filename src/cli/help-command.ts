/** `acceptd help status`: the same as `acceptd status --help`; of what is no command it says so, and not all there is. */
import { Command } from 'commander'
import { didYouMean } from '../job/suggest.ts'
import { printable } from './printable.ts'

export function helpCommand(acceptd: Command): Command {
  return new Command('help')
    .description('say more about a command')
    .argument('[command...]', 'which')
    .action((names: readonly string[]) => {
      let command = acceptd
      for (const name of names) command = below(acceptd, command, name)
      command.outputHelp()
    })
}

/** Throws where there is none. */
function below(acceptd: Command, command: Command, name: string): Command {
  const found = command.commands.find((one) => one.name() === name)
  if (found) return found
  const names = command
    .createHelp()
    .visibleCommands(command)
    .map((one) => one.name())
  return acceptd.error(`error: there is no command "${printable(name)}".${didYouMean(name, names)}`)
}
