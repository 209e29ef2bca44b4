import type { Row } from '../row.ts'

export const errorRows: readonly Row[] = []
