import type { Row } from '../row.ts'

export const preferRows: readonly Row[] = []
