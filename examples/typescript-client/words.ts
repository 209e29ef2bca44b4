/**
 * Counts words, one job for each text: `npm start`, then
 *
 *   node examples/typescript-client/words.ts 'to be or not to be' 'that is the question'
 *
 * ACCEPTD_URL is where the API is, if that is elsewhere.
 */
import { client, DeadlineError, isProblem, JobFailedError } from 'acceptd/client'

// What the task takes and gives. With the tasks themselves at hand: client<typeof tasks>().
interface Tasks {
  'word-count': { input: { text: string }; output: { words: number } }
}

const acceptd = client<Tasks>({ url: process.env['ACCEPTD_URL'] ?? 'http://localhost:3000' })
const texts = process.argv.slice(2)
if (texts.length === 0) {
  console.error("Usage: node words.ts 'to be or not to be' …")
  process.exit(2)
}

try {
  const counts = await Promise.all(
    texts.map(async (text) => {
      const { words } = await acceptd.run('word-count', { text }, { timeoutSeconds: 60, tags: ['example'] })
      return words
    }),
  )
  for (const [index, text] of texts.entries()) console.log(`${counts[index]}\t${text}`)
} catch (error) {
  console.error(sentenceFor(error))
  process.exitCode = 1
}

/** What each kind of failure means for whoever called this. */
function sentenceFor(error: unknown): string {
  if (isProblem(error, 'validation-error'))
    return error.errors.map(({ pointer, detail }) => `${pointer}: ${detail}`).join('\n')
  if (error instanceof JobFailedError) return `The job failed (${error.code}): ${error.message}`
  // The job goes on; whoever keeps its id can wait for it another time.
  if (error instanceof DeadlineError)
    return `Not done in a minute: ${error.job?.links.self ?? 'not even accepted'}`
  return String(error)
}
