/** How a command names the one job that it is about. */
import type { Command } from 'commander'

export function withJobArgument(command: Command): Command {
  return command.argument('<id>', 'id of the job, or its address')
}
