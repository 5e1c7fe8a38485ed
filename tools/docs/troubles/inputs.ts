import { Faults, object } from "../../../provider/lifecycle/fields.ts";
import { releaseShape, switchShape } from "../../../provider/lifecycle/shapes.ts";
import { quoted } from "../said.ts";
import type { Trouble } from "../trouble.ts";

function refused(inputs: Readonly<Record<string, unknown>>): string {
  const names = Object.keys({ ...releaseShape, ...switchShape });
  try {
    object({}, names).parse(inputs, "");
  } catch (error) {
    if (error instanceof Faults) return error.message;
    throw error;
  }
  throw new Error("nothing is wrong with it");
}

/** What `pulumi preview` refuses, before any host is asked. */
export const inputs: readonly Trouble[] = [
  {
    title: "A name that is no input",
    text: refused({ deployPaht: "/var/www/example.com" }),
    why: "TypeScript says it in the editor; a program in JavaScript is told here. Names of fields are compared too, as in `probe.timout`.",
  },
  {
    title: "No connection",
    text: quoted("connection is missing: it says how the host is reached (or local: true)", "lifecycle/rules.ts"),
    why: "A site lies somewhere. `local: true` is for a program that runs on the host itself.",
  },
  {
    title: "The name of the site is missing",
    text: quoted("serverName is missing: the resource's name is not a DNS name", "lifecycle/rules.ts"),
    why: 'The resource\'s name is what requests ask for, unless `serverName` says it: `new SiteRelease("shop", { serverName: "example.com", … })`.',
  },
  {
    title: "commitTimeout is too short",
    text: quoted("commitTimeout must be at least probe.timeout, or the host gives up first", "lifecycle/rules.ts"),
    why: "The host restores the old version when it hears nothing for so long.",
  },
];
