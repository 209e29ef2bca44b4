/** How long to stay away, in seconds: not the same for all who were refused together, or they would come back together. */
export function spread(seconds: number): number {
  return seconds + Math.floor(Math.random() * 3)
}
