/** One `pulumi up` of the demo, and what has to come of it. */
export interface Act {
  readonly title: string;
  readonly version: string;
  /** live: it gets the traffic and keeps it. refused: it never gets any. restored: it gets some, and loses it to the version before. */
  readonly ending: "live" | "refused" | "restored";
  /** The version that has the traffic at the end of the act. */
  readonly live: string;
}

/** Before there is any load. */
export const opening: Act = { title: "Version 1 goes live on an empty host", version: "1", ending: "live", live: "1" };

/** Under load, one after the other. */
export const acts: readonly Act[] = [
  { title: "Version 2 takes over", version: "2", ending: "live", live: "2" },
  {
    title: "Version 3 has a broken front controller: the smoke test finds it, and no visitor does",
    version: "3",
    ending: "refused",
    live: "2",
  },
  {
    title: "Version 4 is well until it gets traffic: its probe fails, and 2 is restored",
    version: "4",
    ending: "restored",
    live: "2",
  },
  { title: "Back to version 1, which is still on the host", version: "1", ending: "live", live: "1" },
];
