/** The recorder: keeps what happens, in memory and in a file that only grows. */
import fs from 'node:fs'
import path from 'node:path'
import type { Asked, Deed, Event, Fault, History, Life } from './history.ts'

export interface Recorder {
  note(event: Asked | Fault | Life): void
  /** What has happened so far. */
  history(): History
  /** Where tasks write what they do. */
  readonly ledger: string
  close(): void
}

export function recorder(folder: string): Recorder {
  const asked: Asked[] = []
  const faults: Fault[] = []
  const lives: Life[] = []
  const file = fs.openSync(path.join(folder, 'history.jsonl'), 'a')
  const ledger = path.join(folder, 'deeds.jsonl')
  fs.writeFileSync(ledger, '')
  // Workers may run as another user than the one who made it.
  fs.chmodSync(ledger, 0o666)
  return {
    ledger,
    note(event) {
      fs.writeSync(file, `${JSON.stringify(event)}\n`)
      if (event.type === 'asked') asked.push(event)
      else if (event.type === 'fault') faults.push(event)
      else lives.push(event)
    },
    history: () => ({ asked: [...asked], faults: [...faults], lives: [...lives], deeds: readDeeds(ledger) }),
    close: () => fs.closeSync(file),
  }
}

function readDeeds(ledger: string): Deed[] {
  const lines = fs.readFileSync(ledger, 'utf8').split('\n')
  return lines.filter(Boolean).map((line) => JSON.parse(line) as Event & Deed)
}
