/** The same work as deed.ts, each attempt in a process of its own. */
import { defineTask } from 'acceptd'
import deed from './deed.ts'

export default defineTask({ ...deed, summary: 'Do something apart, and write it down', isolate: true })
