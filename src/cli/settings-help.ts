/** The settings, as `acceptd serve --help` lists them. */
import { SETTINGS } from '../settings.ts'

export function settingsHelp(): string {
  const width = Math.max(...SETTINGS.map(({ name }) => name.length))
  const lines = SETTINGS.map(({ name, help, fallback }) => {
    const otherwise = fallback === '' ? '' : ` (${fallback})`
    return `  ${name.padEnd(width)}  ${help}${otherwise}`
  })
  return `\nSettings, from the environment or a .env file (what holds if not set):\n${lines.join('\n')}\n`
}
