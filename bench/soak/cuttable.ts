import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** A way to a host's port that can be cut: both ends are told (a reset), or nobody is (silence). */
export class Cuttable {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #silent = false;

  static async to(host: string, port: number): Promise<Cuttable> {
    const server = createServer({ noDelay: true, pauseOnConnect: true });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Cuttable(server, host, port);
  }

  private constructor(server: Server, host: string, port: number) {
    const address = server.address();
    this.port = typeof address === "object" && address !== null ? address.port : 0;
    this.#server = server;
    server.on("connection", (near: Socket) => {
      const far = connect({ host, port, noDelay: true });
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on("data", (chunk) => void to.write(chunk));
        from.on("end", () => to.end());
        from.on("error", () => to.destroy());
        from.on("close", () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        if (this.#silent) from.pause();
        else from.resume();
      }
    });
  }

  reset(): void {
    for (const socket of [...this.#sockets]) socket.resetAndDestroy();
  }

  /** Nothing goes through, and nobody is told. */
  silence(): void {
    this.#silent = true;
    for (const socket of this.#sockets) socket.pause();
  }

  resume(): void {
    this.#silent = false;
    for (const socket of this.#sockets) socket.resume();
  }

  close(): void {
    this.reset();
    this.#server.close();
  }
}
