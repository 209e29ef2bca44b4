/** Loaded before each program: a bench that was killed leaves none of them behind. */
process.once('disconnect', () => process.exit())
// That listener alone would keep a program running that has nothing left to do.
process.channel?.unref()
