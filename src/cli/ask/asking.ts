/** A command that asks a running API: the options all of them have, and what they do about errors. */
import { Command, InvalidArgumentError } from 'commander'
import { apiUrl } from '../../settings.ts'
import { exitCodesHelp, type Ending } from '../exit-codes.ts'
import { apiFor, type Api, type AskOptions } from './api.ts'
import { explain } from './explain.ts'

/** What it is for in a line, examples that work as they are, and the exit codes that it may have. */
export interface About {
  readonly description: string
  readonly examples: string
  readonly endings: readonly Ending[]
}

export function askingCommand(name: string, { description, examples, endings }: About): Command {
  return new Command(name)
    .description(description)
    .option('--url <url>', 'where the API is (ACCEPTD_URL, else this machine at PORT)', baseUrl)
    .option(
      '--api-key <key>',
      'the key to show, where the API asks for one (ACCEPTD_API_KEY, which others cannot see)',
    )
    .addHelpText('after', `\nExamples:\n${examples}${exitCodesHelp(...endings)}`)
}

/** The action of such a command: `act` answers the exit code. */
export function asking(act: (api: Api, ...given: never[]) => Promise<number>) {
  return async (...given: unknown[]): Promise<void> => {
    // Commander ends its arguments with the options and the command.
    const options = given.at(-2) as AskOptions
    let api: Api | undefined
    try {
      api = apiFor(options)
      process.exitCode = await act(api, ...(given.slice(0, -1) as never[]))
    } catch (error) {
      process.exitCode = explain(error, api)
    }
  }
}

function baseUrl(text: string): string {
  const { success, error } = apiUrl.safeParse(text)
  if (!success) throw new InvalidArgumentError(`It ${error.issues[0]?.message}.`)
  return text.replace(/\/+$/, '')
}
