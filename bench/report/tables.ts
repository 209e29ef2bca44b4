/** The tables that a run prints. */
import { markdownTable } from 'markdown-table'
import { ACCEPTD } from '../contestants/contestant.ts'
import type { Figure, Measure } from '../measures/measure.ts'
import type { Sample } from '../run.ts'
import { round } from './round.ts'
import { spread, summarise, type Spread, type Summary } from './summary.ts'

/** Medians with their spread, and how they compare to acceptd's. */
export function tableOf(measure: Measure, samples: readonly Sample[]): string {
  const summaries = summarise(measure, samples)
  const main = measure.figures.find((figure) => figure.main)
  const head = ['', '', ...measure.figures.map(({ name, unit }) => (unit ? `${name} (${unit})` : name))]
  const rows = inOrder(summaries).map((summary) => [
    summary.setting,
    summary.contestant,
    ...measure.figures.map(({ name }) => spreadText(summary.figures.get(name))),
    main ? ratioText(main, summary, summaries) : '',
  ])
  const alignment = ['l', 'l', ...head.slice(2).map(() => 'r'), 'r']
  return markdownTable([[...head, `${main?.name ?? ''} ÷ acceptd's`], ...rows], { align: alignment })
}

/** Processor time and memory of every process, in medians. */
export function usageTableOf(samples: readonly Sample[]): string {
  const used = samples.flatMap(({ setting, contestant, usage }) =>
    usage.map(({ process, ...rest }) => ({ key: `${setting}\n${contestant}\n${process}`, ...rest })),
  )
  const rows = [...Map.groupBy(used, ({ key }) => key)].map(([key, group]) => [
    ...key.split('\n'),
    spread(group.map(({ cpuSeconds }) => cpuSeconds)).median.toFixed(2),
    spread(group.map(({ peakMegabytes }) => peakMegabytes)).median.toFixed(0),
  ])
  const head = ['', '', 'process', 'CPU (s)', 'memory (MB)']
  return markdownTable([head, ...rows.toSorted(bySetting)], { align: ['l', 'l', 'l', 'r', 'r'] })
}

function inOrder(summaries: readonly Summary[]): Summary[] {
  return [...Map.groupBy(summaries, ({ setting }) => setting).values()].flat()
}

function bySetting([one = '']: readonly string[], [other = '']: readonly string[]): number {
  return one.localeCompare(other, 'en', { numeric: true })
}

function ratioText({ name }: Figure, summary: Summary, all: readonly Summary[]): string {
  const ours = all.find(({ setting, contestant }) => setting === summary.setting && contestant === ACCEPTD)
  const [one, other] = [summary, ours].map((each) => each?.figures.get(name)?.median ?? Number.NaN)
  const ratio = (one ?? Number.NaN) / (other ?? Number.NaN)
  return Number.isFinite(ratio) ? ratio.toFixed(2) : ''
}

function spreadText(found: Spread | undefined): string {
  if (!found) return ''
  const { median, least, most } = found
  return least === most ? round(median) : `${round(median)} (${round(least)}–${round(most)})`
}
