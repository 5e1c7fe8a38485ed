// What was started is undone when this process ends: normally, by an uncaught error, or by a signal. Only SIGKILL gets past it.
const undos = new Set<() => void>();
const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Runs `undo` (which must be synchronous) at the end of this process; calling the result runs it now instead. */
export function atEnd(undo: () => void): () => void {
  listen();
  undos.add(undo);
  return () => {
    if (undos.delete(undo)) undo();
  };
}

let listening = false;
function listen(): void {
  if (listening) return;
  listening = true;
  process.on("exit", undoAll);
  for (const [name, number] of Object.entries(signals)) process.on(name, () => process.exit(128 + number));
}

function undoAll(): void {
  for (const undo of [...undos].reverse()) {
    undos.delete(undo);
    try {
      undo();
    } catch (error) {
      console.error(error); // the others still get their turn
      process.exitCode = 1;
    }
  }
}
