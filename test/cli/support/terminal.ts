/** `acceptd` on a terminal, which `script` of util-linux plays; on machines without it such tests are skipped. */
import { spawnSync } from 'node:child_process'
import { start, BIN, type Called } from './at-the-shell.ts'
import { quoted } from '../../../src/cli/ask/quoted.ts'

const version = spawnSync('script', ['--version'], { encoding: 'utf8' })

export const HAS_TERMINAL = version.status === 0 && version.stdout.includes('util-linux')

export interface OnTerminal extends Called {
  /** What somebody types. */
  type(keys: string): void
}

export const CTRL_C = '\u0003'
export const CTRL_D = '\u0004'

/** Of 100 columns. Both streams are the terminal, unless `redirected` says otherwise: `2>/dev/null`, say. */
export function onTerminal(
  words: readonly string[],
  env: Readonly<Record<string, string>>,
  redirected = '',
): OnTerminal {
  const command = [process.execPath, BIN, ...words].map((word) => quoted(word)).join(' ')
  // Whoever types must be there from the start to the end: where its input ends, script ends the terminal's as well.
  const called = start(
    'script',
    ['-qefc', `stty cols 100 rows 30 -echo; exec ${command} ${redirected}`, '/dev/null'],
    { TERM: 'xterm', ...env },
    undefined,
    '/',
    'pipe',
  )
  const { stdin } = called.process
  void called.then(() => stdin?.destroy())
  return Object.assign(called, { type: (keys: string) => void stdin?.write(keys) })
}

const ESC = '\u001b'
const CONTROLS = new RegExp(String.raw`(\r\n|\r|${ESC}\[\d*[A-Za-z])`)

/** What is to be seen once all is written: lines as they are left, not as they were on the way. */
export function leftOnScreen(written: string): string[] {
  const lines = ['']
  for (const piece of written.split(CONTROLS)) {
    if (piece === '\r\n') lines.push('')
    else if (piece === '\u001b[2K' || piece === '\r') lines[lines.length - 1] = ''
    else if (!piece.startsWith('\u001b[')) lines[lines.length - 1] += piece
  }
  return lines
}
