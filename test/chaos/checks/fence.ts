/** Attempts never overlap in effect: the result is that of the attempt that holds the job, and each attempt ends once. */
import { attemptsOf, deedsOf, hasEnded, nameOf, type Check, type Violation } from './evidence.ts'

const check = 'fence'

export const fence: Check = (evidence) => {
  const violations: Violation[] = []
  const say = (detail: string) => void violations.push({ check, detail })
  const deeds = deedsOf(evidence)
  const attempts = attemptsOf(evidence)

  for (const [name, done] of deeds) {
    const begun = done.filter(({ deed }) => deed === 'began').length
    if (begun > 1) say(`attempt ${name} was begun ${begun} times`)
  }
  for (const job of evidence.snapshot.jobs) {
    const { id, status, attempt, result } = job
    const ended = attempts.get(id) ?? []
    if (hasEnded(status) && ended.length !== attempt)
      say(`job ${id} has had ${attempt} attempts, and ${ended.length} of them an end`)
    for (const [index, { started_at }] of ended.entries()) {
      const before = ended[index - 1]
      if (before && before.ended_at > started_at)
        say(`attempts ${index} and ${index + 1} at job ${id} overlap`)
    }
    if (status !== 'completed' || !result) continue
    if (result.job !== id || result.attempt !== attempt)
      say(
        `job ${id} completed in attempt ${attempt}, with the result of attempt ${result.attempt} at ${result.job}`,
      )
    const told = deeds.get(nameOf(id, attempt))?.some(({ nonce }) => nonce === result.nonce) ?? false
    if (!told) say(`job ${id} has a result that no task has made`)
  }
  return violations
}
