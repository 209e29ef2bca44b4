/** The beginning of a body, as far as it is kept. */

const FIRST_BYTES = 4096

// In one buffer: a body can come a byte at a time, and a million small buffers weigh a hundred times what is in them.
export class KeptBody {
  readonly #limit: number
  #buffer = Buffer.alloc(0)
  #kept = 0
  /** Of all that came. */
  bytes = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  add(chunk: Buffer): void {
    this.bytes += chunk.length
    const wanted = chunk.subarray(0, this.#limit - this.#kept)
    if (wanted.length === 0) return
    this.#makeRoomFor(this.#kept + wanted.length)
    wanted.copy(this.#buffer, this.#kept)
    this.#kept += wanted.length
  }

  get body(): Buffer {
    return this.#buffer.subarray(0, this.#kept)
  }

  get truncated(): boolean {
    return this.bytes > this.#kept
  }

  #makeRoomFor(bytes: number): void {
    if (bytes <= this.#buffer.length) return
    const room = Math.min(this.#limit, Math.max(bytes, 2 * this.#buffer.length, FIRST_BYTES))
    const larger = Buffer.alloc(room)
    this.#buffer.copy(larger, 0, 0, this.#kept)
    this.#buffer = larger
  }
}
