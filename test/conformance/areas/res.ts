import type { Row } from '../row.ts'

export const resultRows: readonly Row[] = []
