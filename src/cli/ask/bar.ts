/** The line on a terminal that shows how far a job is: drawn again and again in its place, and gone at the end. */
import type { Job } from '../../client/client.ts'
import { environment } from '../../config.ts'
import { statusShown, styled, type Out } from '../output.ts'
import { printable } from '../printable.ts'
import { stopwatch } from '../spans.ts'
import { shortened, widthOf } from '../table.ts'
import { whatIsSaid } from './change-lines.ts'
import type { Show } from './show.ts'

const TO_THE_START = '\r\u001b[2K'
// The clock in it goes by seconds.
const DRAW_MS = 250
const WIDTH = 24

/** Whether there is a terminal that knows how to draw a line again. */
export function canDraw(out: Out): boolean {
  return out.isTTY && environment()['TERM'] !== 'dumb'
}

export function bar(out: Out): Show {
  const since = performance.now()
  let job: Job | undefined
  let trouble: string | undefined
  let drawn = ''
  const draw = () => {
    if (!job && trouble === undefined) return
    const clock = stopwatch(performance.now() - since)
    // One column is left free: a line that is full goes on in the next, where nobody clears it.
    const room = widthOf(out) - 1
    const now = trouble === undefined && job ? line(job, clock, room, out) : noAnswer(trouble, clock, room)
    if (now !== drawn) out.write(TO_THE_START + now)
    drawn = now
  }
  const clock = setInterval(draw, DRAW_MS)
  return {
    job(next) {
      job = next
      draw()
    },
    trouble(reason) {
      trouble = reason
      if (reason !== undefined) draw()
    },
    end() {
      clearInterval(clock)
      if (drawn !== '') out.write(TO_THE_START)
    },
  }
}

/** `━━━━━━━━────────────────  33 %  running 0:12  step 2 of 6` */
function line(job: Job, clock: string, room: number, out: Out): string {
  const percent = job.progress === undefined ? '' : `${job.progress} %`.padStart(5)
  const [done, open] = strokes(job.progress ?? 0)
  const colours = styled('cyan', done, out) + styled('dim', open, out)
  const drawn = job.progress === undefined ? '' : `${colours} ${percent}  `
  const lengthOfDrawn = drawn === '' ? 0 : WIDTH + 1 + percent.length + 2
  const start = `${printable(job.status)} ${clock}`
  if (lengthOfDrawn + start.length > room) return shortened(`${percent.trim()} ${start}`, room)
  const rest = whatIsSaid(job)
  const said = shortened(rest === '' ? '' : `  ${rest}`, room - lengthOfDrawn - start.length)
  return `${drawn}${statusShown(job.status, out)} ${clock}${said}`
}

/** What is done, and what is not; also where there are no colours the former is thicker. */
export function strokes(percent: number): readonly [done: string, rest: string] {
  const done = Math.round((Math.min(100, Math.max(0, percent)) / 100) * WIDTH)
  return ['━'.repeat(done), '─'.repeat(WIDTH - done)]
}

function noAnswer(reason: string | undefined, clock: string, room: number): string {
  return shortened(printable(`no answer: ${reason ?? ''}; trying again ${clock}`), room)
}
