/** `acceptd open`: the documentation of the API, in a browser. */
import { spawn } from 'node:child_process'
import type { Command } from 'commander'
import { EXIT } from '../exit-codes.ts'
import { print } from '../output.ts'
import type { Api } from './api.ts'
import { asking, askingCommand } from './asking.ts'

const EXAMPLES = `  Read what the API can do, and try it:
    acceptd open
  Only say where that is:
    acceptd open --print
`

export function openCommand(): Command {
  return askingCommand('open', {
    description: 'open the documentation of the API in a browser',
    examples: EXAMPLES,
    endings: ['fine', 'usage'],
  })
    .option('--print', 'print its address')
    .action(asking(open))
}

async function open(api: Api, { print: only }: { readonly print?: true }): Promise<number> {
  const url = `${api.url}docs/`
  if (only || !process.stdout.isTTY || !(await isOpened(url))) print(url)
  return EXIT.fine
}

const BROWSER_MS = 5000

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  // It is a word of the shell; the first text in quotes would be the title of a window.
  win32: ['cmd', '/c', 'start', '""'],
}

async function isOpened(url: string): Promise<boolean> {
  const [program, ...words] = OPENERS[process.platform] ?? ['xdg-open']
  const child = spawn(program, [...words, url], { stdio: 'ignore', detached: true })
  const { promise, resolve } = Promise.withResolvers<boolean>()
  child.on('error', () => resolve(false))
  child.on('exit', (code) => resolve(code === 0))
  // A browser that is started so may stay in the foreground.
  const timer = setTimeout(() => resolve(true), BROWSER_MS)
  const isOpen = await promise
  clearTimeout(timer)
  child.unref()
  return isOpen
}
