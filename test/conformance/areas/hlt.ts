import type { Row } from '../row.ts'

export const healthRows: readonly Row[] = []
