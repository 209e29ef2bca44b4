/** Names of tasks and lanes. They stand in URLs, file names and settings: lower case with dashes says the same in all. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/
const MAX_NAME = 64

export const NAMES = `lower case and dashes, at most ${MAX_NAME} characters`

export function isName(text: unknown): boolean {
  return typeof text === 'string' && text.length <= MAX_NAME && NAME.test(text)
}
