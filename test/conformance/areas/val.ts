import type { Row } from '../row.ts'

export const validationRows: readonly Row[] = []
