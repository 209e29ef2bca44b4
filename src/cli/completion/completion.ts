/** `acceptd completion`: prints what has a shell complete commands, options, tasks and jobs. */
import { Argument, Command } from 'commander'
import { printable } from '../printable.ts'
import { SCRIPTS, type Shell } from './scripts.ts'

const EXAMPLES = `
Examples:
  For bash, in ~/.bashrc:
    eval "$(acceptd completion bash)"
  For zsh, in ~/.zshrc, after compinit:
    source <(acceptd completion zsh)
  For fish, once:
    acceptd completion fish > ~/.config/fish/completions/acceptd.fish

Names of tasks and ids of jobs are those of the API: ACCEPTD_URL, else this machine at PORT. Where nobody answers within
three seconds there are none.
`

export function completionCommand(): Command {
  return new Command('completion')
    .description('print what has your shell complete acceptd’s commands')
    .addArgument(
      new Argument('<shell>', 'which').choices(Object.keys(SCRIPTS)).argParser((text: string) => text),
    )
    .addHelpText('after', EXAMPLES)
    .action((shell: string, _, command: Command) => {
      if (!isShell(shell))
        command.error(
          `error: there is no completion for "${printable(shell)}", only for ${Object.keys(SCRIPTS).join(', ')}`,
        )
      else process.stdout.write(SCRIPTS[shell])
    })
}

function isShell(word: string): word is Shell {
  return Object.hasOwn(SCRIPTS, word)
}
