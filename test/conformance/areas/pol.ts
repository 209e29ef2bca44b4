import type { Row } from '../row.ts'

export const pollRows: readonly Row[] = []
