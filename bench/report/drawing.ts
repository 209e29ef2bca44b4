/** A measure as a drawing: a group of bars for each setting, a bar for each contestant, with the spread on top. */
import { init, type EChartsOption } from 'echarts'
import type { Measure } from '../measures/measure.ts'
import type { Sample } from '../run.ts'
import { round } from './round.ts'
import { summarise } from './summary.ts'

// The same in every drawing.
const COLOURS: Readonly<Record<string, string>> = {
  acceptd: '#1f5fbf',
  'acceptd+history': '#7fa8e0',
  express: '#b5b5b5',
  'plain-transaction': '#b5b5b5',
  'boss-send': '#5b8c5a',
  'boss-work': '#5b8c5a',
  'boss-work-batch': '#a3c9a2',
  bullmq: '#c0504d',
  'graphile-worker': '#e0a030',
  restate: '#7d5ba6',
}
// Bars and whiskers must agree on where a bar is.
const GAPS = { barGap: '15%', barCategoryGap: '25%' }

export function drawingOf(measure: Measure, samples: readonly Sample[]): string {
  const summaries = summarise(measure, samples)
  const figure = measure.figures.find(({ main }) => main)
  const settings = [...new Set(summaries.map(({ setting }) => setting))]
  const names = [...new Set(summaries.map(({ contestant }) => contestant))]
  const spreadOf = (setting: string, name: string) =>
    summaries
      .find((each) => each.setting === setting && each.contestant === name)
      ?.figures.get(figure?.name ?? '')
  const option: EChartsOption = {
    animation: false,
    backgroundColor: '#fff',
    title: { text: measure.title, left: 'center' },
    legend: { bottom: 0, data: names, itemGap: 32 },
    textStyle: { fontFamily: 'sans-serif' },
    grid: { top: 60, left: 80, right: 20, bottom: 70 },
    xAxis: { type: 'category', data: settings },
    yAxis: {
      // What takes milliseconds here may take seconds there.
      type: figure?.unit === 'ms' ? 'log' : 'value',
      name: `${figure?.name} (${figure?.unit}), ${figure?.better} is better`,
      nameLocation: 'middle',
      nameGap: 60,
    },
    series: [
      ...names.map((name) => ({
        name,
        type: 'bar' as const,
        ...GAPS,
        color: COLOURS[name] ?? '#888',
        data: settings.map((setting) => spreadOf(setting, name)?.median ?? '-'),
        label: {
          show: true,
          position: 'top' as const,
          fontSize: 10,
          formatter: ({ value }: { value?: unknown }) => (typeof value === 'number' ? round(value) : ''),
        },
      })),
      {
        type: 'custom',
        z: 5,
        data: names.flatMap((name, nth) =>
          settings.flatMap((setting, at) => {
            const spread = spreadOf(setting, name)
            return spread ? [[at, spread.least, spread.most, nth]] : []
          }),
        ),
        renderItem(_, api) {
          const at = Number(api.value(0))
          const bar = api.barLayout?.({ ...GAPS, count: names.length })?.[Number(api.value(3))]
          const [centre = 0, least = 0] = api.coord([at, api.value(1)])
          const [, most = 0] = api.coord([at, api.value(2)])
          const x = centre + (bar?.offsetCenter ?? 0)
          return {
            type: 'line',
            shape: { x1: x, x2: x, y1: least, y2: most },
            style: { stroke: '#333', lineWidth: 2 },
          }
        },
      },
    ],
  }
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 1000, height: 460 })
  chart.setOption(option)
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}
