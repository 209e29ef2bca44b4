/** A command line in words, as far as it has been written: roughly as a shell does it, quotes and all. */
export function wordsOf(line: string): string[] {
  const words = [...line.matchAll(/(?:[^\s"'\\]|\\[^]?|"(?:[^"\\]|\\[^])*(?:"|$)|'[^']*(?:'|$))+/g)]
  const plain = words.map(([word]) => unquoted(word))
  const last = words.at(-1)
  // A blank after the last one, which no quote holds: a new word begins there.
  return last && last.index + last[0].length === line.length ? plain : [...plain, '']
}

function unquoted(word: string): string {
  return word.replaceAll(
    /'([^']*)'?|"((?:[^"\\]|\\[^])*)"?|\\([^]?)/g,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? '',
  )
}
