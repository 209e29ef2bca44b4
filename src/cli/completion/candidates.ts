/** What may come next on a command line: of the commands themselves, and of what the API has. */
import fs from 'node:fs'
import path from 'node:path'
import type { Argument, Command, Option } from 'commander'
import { waitsApart } from '../ask/wait-words.ts'

/** A word, and what it stands for. */
export type Candidate = readonly [word: string, meaning: string]

/** What the API has to be asked for. */
export type Asked = 'task' | 'job'

export interface Found {
  readonly candidates: readonly Candidate[]
  readonly asked?: Asked
  /** The command that is being written. */
  readonly command: string
}

/** @param words those after `acceptd`; the last is the one being written, and may be empty */
export function found(program: Command, words: readonly string[]): Found {
  const current = words.at(-1) ?? ''
  let command = program
  let waiting: Option | undefined
  let given = 0
  for (const word of waitsApart(words).slice(0, -1)) {
    if (waiting && !(waiting.optional && word.startsWith('-'))) waiting = undefined
    else if (word.startsWith('-')) waiting = word.includes('=') ? undefined : optionNamed(command, word)
    else {
      const below = command.commands.find((one) => one.name() === word)
      if (below) command = below
      else given++
    }
  }
  const name = command.name()
  const equals = /^(--[\w-]+)=(.*)$/s.exec(current)
  const valued = equals ? optionNamed(command, equals[1] ?? '') : waiting
  if (valued && (equals || valued.required || !current.startsWith('-'))) {
    const start = equals ? `${equals[1]}=` : ''
    const { candidates, asked } = valuesOf(valued, current.slice(start.length))
    const whole = candidates.map(([word, meaning]) => [start + word, meaning] as const)
    // A value that need not be there leaves room for what else may come.
    if (valued.required || equals) return { candidates: whole, command: name, ...(asked ? { asked } : {}) }
  }
  if (current.startsWith('-')) return { candidates: optionsOf(command), command: name }
  const below = command.createHelp().visibleCommands(command)
  const commands = below.map((one) => [one.name(), one.description()] as const)
  if (commands.length > 0) return { candidates: commands, command: name }
  return { command: name, ...argumentsOf(command.registeredArguments[given], current) }
}

/** Only those that take a value: nothing waits after the others. */
function optionNamed(command: Command, flag: string): Option | undefined {
  const option = command.options.find(({ long, short }) => flag === long || flag === short)
  return option && (option.required || option.optional) ? option : undefined
}

function optionsOf(command: Command): Candidate[] {
  const visible = command.createHelp().visibleOptions(command)
  return visible.flatMap(({ long, description }) => (long ? [[long, description] as const] : []))
}

function valuesOf(option: Option, current: string): Omit<Found, 'command'> {
  if (option.argChoices) return { candidates: option.argChoices.map((choice) => [choice, ''] as const) }
  if (option.long === '--task') return { candidates: [], asked: 'task' }
  if (option.long === '--output') return { candidates: files(current) }
  return { candidates: [] }
}

function argumentsOf(argument: Argument | undefined, current: string): Omit<Found, 'command'> {
  const name = argument?.name()
  if (argument?.argChoices) return { candidates: argument.argChoices.map((choice) => [choice, ''] as const) }
  if (name === 'task') return { candidates: [], asked: 'task' }
  if (name === 'id') return { candidates: [], asked: 'job' }
  if (name !== 'input' || !current.startsWith('@')) return { candidates: [] }
  return { candidates: files(current.slice(1)).map(([file, meaning]) => [`@${file}`, meaning] as const) }
}

/** Folders end in a slash, so that one can go on writing. */
function files(start: string): Candidate[] {
  const folder = start.slice(0, start.lastIndexOf('/') + 1)
  try {
    const entries = fs.readdirSync(path.resolve(folder), { withFileTypes: true })
    return entries
      .filter(({ name }) => !name.startsWith('.') || start.slice(folder.length).startsWith('.'))
      .map((entry) => [folder + entry.name + (entry.isDirectory() ? '/' : ''), ''] as const)
  } catch {
    return []
  }
}
