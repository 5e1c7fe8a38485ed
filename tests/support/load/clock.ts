/** Milliseconds of the one clock that all threads of this machine share, and that nobody sets. */
export function clock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
