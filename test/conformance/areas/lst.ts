import type { Row } from '../row.ts'

export const listRows: readonly Row[] = []
