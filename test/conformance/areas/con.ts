import type { Row } from '../row.ts'

export const conditionalRows: readonly Row[] = []
