import { listOf, type Trouble } from "./trouble.ts";
import { connection } from "./troubles/connection.ts";
import { inputs } from "./troubles/inputs.ts";
import { newVersion } from "./troubles/newVersion.ts";
import { nginx } from "./troubles/nginx.ts";
import { opcache } from "./troubles/opcache.ts";
import { place } from "./troubles/place.ts";
import { release } from "./troubles/release.ts";
import { session } from "./troubles/session.ts";
import { siteHost } from "./troubles/siteHost.ts";
import { source } from "./troubles/source.ts";
import { steps } from "./troubles/steps.ts";
import { type EndedSwitch, troubleOf } from "./troubles/switches.ts";
import { warnings } from "./troubles/warnings.ts";

/** All ends of a switch that the page tells of. */
export const endedSwitches: readonly EndedSwitch[] = [...newVersion, ...nginx, ...place];

const chapters: readonly (readonly [heading: string, troubles: readonly Trouble[]])[] = [
  ["Inputs, in preview", inputs],
  ["The connection", [...connection, ...session]],
  ["The source", source],
  ["The release on the host", release],
  ["The new version", newVersion.map(troubleOf)],
  ["nginx", nginx.map(troubleOf)],
  ["Rights, locks and room", place.map(troubleOf)],
  ["Steps", steps],
  ["opcache", opcache],
  ["Warnings", warnings],
  ["SiteHost", siteHost],
];

export const troubles: readonly Trouble[] = chapters.flatMap(([, entries]) => entries);

/** What a person sees, by its text. */
export function troubleLists(): string {
  return chapters.map(([heading, entries]) => `## ${heading}\n\n${listOf(entries)}`).join("\n\n");
}
