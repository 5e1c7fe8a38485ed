import { isDeepStrictEqual } from "node:util";
import type { Properties, Verbs } from "../../provider/lifecycle/verbs.ts";
import { reporterFor } from "../../provider/progress.ts";
import { check, resourcesOf, urn, type Wanted } from "./apply.ts";
import { until } from "./command.ts";
import { Engine } from "./engine.ts";
import type { Outputs } from "./pulumiStack.ts";
import type { PlainArgs } from "./stack.ts";
import { type Told, timeless } from "./told.ts";

/** How one update ended. */
export interface Updated extends Told {
  readonly report: NonNullable<Outputs["report"]>;
}

interface State {
  readonly verbs: Verbs;
  readonly id: string;
  readonly inputs: Properties;
  readonly outs: Properties;
}

/**
 * A SiteRelease in a stack, updated again and again without Pulumi, and so in a fifth of its time: its resources are checked, compared
 * with what they were, and created or updated, one after the other, in this process, which tells its warnings to a server as Pulumi's engine
 * has one. What is made of the state and shown of it is Pulumi's, and tested with it.
 */
export class Updates {
  readonly #stack: string;
  /** By URN. */
  readonly #states = new Map<string, State>();

  constructor(stack = "test") {
    this.#stack = stack;
    users.add(this);
  }

  /** With the last of them ends the server, which would keep this process. */
  close(): void {
    users.delete(this);
    if (users.size === 0) engine.close();
  }

  async up(args: PlainArgs): Promise<Updated> {
    await listen();
    const errors: string[] = [];
    try {
      for (const wanted of resourcesOf(args)) await this.#bring(wanted);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      errors.push(timeless(error.message.split("\n")[0] ?? ""));
    }
    return { errors, warnings: await heard(), report: this.#report() };
  }

  /** Looks at the host; as in Pulumi's display, what changed is of the outputs, and of those that are inputs too. */
  async refresh(): Promise<{ readonly changes: readonly string[]; readonly warnings: readonly string[] }> {
    await listen();
    const changes: string[] = [];
    for (const [name, { verbs, id, outs }] of this.#states) {
      const seen = await verbs.read(id, outs);
      const shown = Object.keys(seen.inputs).map((key) => [key, seen.props[key]] as const);
      changes.push(...changesOf(outs, Object.fromEntries(shown)));
      this.#states.set(name, { verbs, id, inputs: seen.inputs, outs: seen.props });
    }
    return { changes: changes.sort(), warnings: await heard() };
  }

  /** What an update would change, and in how many resources. */
  async preview(args: PlainArgs): Promise<{ readonly changes: readonly string[]; readonly resources: number }> {
    const all = await Promise.all(resourcesOf(args).map((wanted) => this.#compare(wanted)));
    const differing = all.filter(({ changes }) => changes);
    const changes = differing.flatMap(({ old, inputs }) => changesOf(old?.inputs ?? {}, inputs));
    return { changes: changes.sort(), resources: differing.length };
  }

  async #compare({ verbs, args, type, name }: Wanted) {
    const __urn = urn(type, this.#stack, name);
    const old = this.#states.get(__urn);
    const inputs = await check(verbs, args, __urn, old?.inputs);
    const { changes, replaces } = old ? await verbs.diff(old.id, old.outs, inputs) : { changes: true, replaces: [] };
    if (replaces.length > 0) throw new Error(`${__urn} would be replaced: ${replaces.join()}`);
    return { __urn, old, inputs, changes };
  }

  async #bring(wanted: Wanted): Promise<void> {
    const { verbs } = wanted;
    const { __urn, old, inputs, changes } = await this.#compare(wanted);
    if (old === undefined) this.#states.set(__urn, { verbs, inputs, ...(await verbs.create(inputs)) });
    else if (changes) this.#states.set(__urn, { ...old, inputs, ...(await verbs.update(old.id, old.outs, inputs)) });
  }

  #report(): Updated["report"] {
    const of = (type: string) => this.#states.get(urn(type, this.#stack))?.outs.report as Record<string, unknown>;
    return { release: of("Release"), switch: of("Switch") };
  }
}

/** As Pulumi shows it (changesIn() of told.ts). */
function changesOf(olds: Properties, news: Properties): string[] {
  const text = (value: unknown) => timeless(JSON.stringify(value));
  return Object.keys(news).flatMap((key) =>
    isDeepStrictEqual(olds[key], news[key]) ? [] : [`~ ${key}: ${text(olds[key])} => ${text(news[key])}`],
  );
}

const engine = new Engine();
const users = new Set<Updates>();
let listening: Promise<unknown> | undefined;

/** From now on it is heard what is told. */
async function listen(): Promise<void> {
  // progress.ts finds the engine where Pulumi names its own: at the end of the command line.
  listening ??= engine.listen().then((address) => process.argv.push(address));
  await listening;
  engine.logged.length = 0;
}

/** The warnings since, each of which was sent before this one's last word. */
async function heard(): Promise<string[]> {
  const last = "that was all";
  reporterFor("", (text) => text).info(last);
  await until("the last word", 5, () => engine.logged.some(({ message }) => message === last));
  return engine.logged.filter(({ severity }) => severity === "WARNING").map(({ message }) => timeless(message));
}
