/** Does a long piece of work, and says so by the exit code if it fails. */
export function toEnd(work: Promise<void>): void {
  // A machine on its way down does not keep this process: it would end before it has published.
  const awake = setInterval(() => {}, 60_000);
  work
    .catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    })
    .finally(() => clearInterval(awake));
}
