/** The log: JSON lines, or readable ones on a terminal. */
import { pino, type Logger, type LoggerOptions } from 'pino'
import { PinoPretty } from 'pino-pretty'

export function createLog(level: string, pretty: boolean): Logger {
  const options: LoggerOptions = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  if (!pretty) return pino(options)
  // In this process, not in a worker thread: the last lines before an exit would be lost.
  return pino(
    options,
    PinoPretty({ colorize: true, translateTime: 'HH:MM:ss.l', singleLine: true, sync: true }),
  )
}
