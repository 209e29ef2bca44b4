/** The log: JSON lines, or readable ones on a terminal. */
import { pino, type Logger, type LoggerOptions } from 'pino'
import { PinoPretty } from 'pino-pretty'
import { loggable } from './job/loggable.ts'

export function createLog(level: string, pretty: boolean): Logger {
  const options: LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // pino's own writes a mark on the error and reads all there is of it: one that is frozen, or has getters, would throw.
    serializers: { err: loggable },
  }
  if (!pretty) return pino(options)
  const terminal = PinoPretty({
    colorize: true,
    translateTime: 'HH:MM:ss.l',
    singleLine: true,
    // In this process, not in a worker thread: the last lines before an exit would be lost.
    sync: true,
    messageFormat: (line) => sentenceOf(line),
    ignore: 'request,method,url,status,ms,job,task,attempt,outcome,move,code,detail',
  })
  return pino(options, terminal)
}

/** What our own lines hold; others have some of it or nothing. */
interface Line {
  readonly msg?: string
  readonly method?: string
  readonly url?: string
  readonly status?: number
  readonly ms?: number
  readonly job?: string
  readonly task?: string
  readonly attempt?: number
  readonly move?: string
  readonly code?: string
  readonly detail?: string
}

/** The two lines there are most of say in a few words what the JSON says in members. */
export function sentenceOf(line: Line): string {
  const sentence = requestLine(line) ?? attemptLine(line) ?? String(line.msg)
  // Somebody else's text may be in it, and would write lines of its own or steer the terminal.
  return sentence.replaceAll(/\p{Cc}/gu, (it) => `\\u${it.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function requestLine({ msg, method, url, status, ms }: Line): string | undefined {
  return msg === 'request' ? `${method} ${url} ${status} ${ms} ms` : undefined
}

function attemptLine({ msg, task, job, attempt, move, code, detail, ms }: Line): string | undefined {
  if (job === undefined) return undefined
  const about = `${task} ${job} attempt ${attempt}:`
  if (msg !== 'attempt') return `${about} ${msg}`
  return `${about} ${move} after ${ms} ms${code === undefined ? '' : ` (${code}: ${detail})`}`
}
